"""What an analyst finds in the warehouse that `make warehouse` builds from the raw files this repository ships."""

import csv
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edumig_pipeline.model.catalogue import TABLES
from tests.pipeline.conftest import ROOT

Ask = Callable[[str], list[tuple[Any, ...]]]


def test_state_funded_mobility_is_as_printed(shipped: Ask) -> None:
    rows = shipped("""
        SELECT time_period, students FROM kz_academic_mobility
        WHERE funding = 'state' AND region = '_T' ORDER BY time_period
    """)
    printed = [350, 662, 746, 805, 909, 951, 732, 621, 603, 33]
    assert rows == list(zip([*map(str, range(2011, 2020)), "2020-S1"], printed, strict=True))


def test_regions_add_up_to_the_printed_totals(shipped: Ask) -> None:
    rows = shipped("""
        SELECT time_period, sum(students) FILTER (region <> '_T'), any_value(students) FILTER (region = '_T'),
            sum(share_of_period) FILTER (region <> '_T')
        FROM kz_academic_mobility WHERE funding = 'state' GROUP BY time_period
    """)
    assert len(rows) == 10
    assert all(regions == total for _, regions, total, _ in rows)
    assert all(share == pytest.approx(100) for *_, share in rows)


def test_a_dash_is_not_a_zero(shipped: Ask) -> None:
    query = "SELECT students FROM kz_academic_mobility WHERE region = 'USA' AND funding = 'state' AND time_period = '{}'"
    assert shipped(query.format(2011)) == [(None,)]
    assert shipped(query.format(2018)) == [(0.0,)]


def test_change_is_given_between_consecutive_years_only(shipped: Ask) -> None:
    rows: dict[str, float | None] = dict(
        shipped("SELECT time_period, change_on_previous FROM kz_academic_mobility WHERE funding = 'state' AND region = '_T'")
    )
    assert (rows["2011"], rows["2012"], rows["2017"]) == (None, 312, -219)
    assert rows["2020-S1"] is None


def test_totals_that_only_the_text_gives_are_there(shipped: Ask) -> None:
    rows = shipped("SELECT time_period, funding, students FROM kz_academic_mobility WHERE funding <> 'state' ORDER BY ALL")
    assert rows == [("2011/2020", "_T", 17007), ("2020-S1", "own", 1340)]


def test_kazakhstans_mobility(shipped: Ask) -> None:
    rows = shipped("""
        SELECT year, outbound_students, outbound_students_status, source, release FROM student_mobility
        WHERE ref_area = 'KAZ' AND year IN (2013, 2017) ORDER BY year
    """)
    assert rows == [(2013, 54153, "E", "unesco_uis", "2026-02"), (2017, 84750, "A", "unesco_uis", "2026-02")]


def test_a_year_without_report_is_null(shipped: Ask) -> None:
    rows = shipped("""
        SELECT year, inbound_students, inbound_students_status, net_students, outbound_students FROM student_mobility
        WHERE ref_area = 'KAZ' AND year BETWEEN 2021 AND 2023 ORDER BY year
    """)
    assert rows == [(2021, None, None, None, 79473), (2022, None, None, None, 78224), (2023, None, None, None, 75396)]


def test_net_is_inbound_minus_outbound_of_one_release(shipped: Ask) -> None:
    assert shipped("""
        SELECT count(*) > 300, bool_and(net_students = inbound_students - outbound_students)
        FROM student_mobility WHERE net_students IS NOT NULL
    """) == [(True, True)]
    assert shipped("SELECT net_students FROM student_mobility WHERE ref_area = 'KAZ' AND year = 2013") == [(8710 - 54153,)]


def test_where_kazakhstans_students_go(shipped: Ask) -> None:
    rows = shipped("""
        SELECT destination, students, obs_status, round(share_of_origin, 2), share_base_release FROM student_flows
        WHERE origin = 'KAZ' AND year = 2018 ORDER BY students DESC LIMIT 2
    """)
    assert rows == [("RUS", 69836, "A", 79.35, "2026-02"), ("KGZ", 3290, "A", 3.74, "2026-02")]


def test_migrant_stock_of_the_world(shipped: Ask) -> None:
    rows = shipped("""
        SELECT obs_value, unit_measure, raw_row, raw_column FROM observations
        WHERE source = 'un_desa' AND release = 'rev2019' AND indicator = 'migrant_stock'
        AND ref_area = 'WLD' AND time_period = '2019' AND sex = '_T'
    """)
    assert rows == [(271642105, "PS", 17, "L")]


def test_not_applicable_and_nil_are_told_apart(shipped: Ask) -> None:
    rows = shipped("""
        SELECT split_part(source_status, '|', 1) AS magnitude, obs_status, obs_value, count(*) > 10
        FROM observations WHERE source = 'unesco_uis' AND magnitude IN ('NA', 'NIL') GROUP BY ALL ORDER BY ALL
    """)
    assert rows == [("NA", "M", None, True), ("NIL", "N", 0, True)]


def test_namibia_survives(shipped: Ask) -> None:
    assert shipped("SELECT count(*) > 100 FROM observations WHERE ref_area = 'NAM'") == [(True,)]
    assert shipped("SELECT iso2, name FROM areas WHERE code = 'NAM'") == [("NA", "Namibia")]


def rows_in(path: Path) -> int:
    """Rows of a shipped file, counted independently: records, or cells where figures stand in several columns."""
    with path.open(encoding="utf-8", newline="") as stream:
        records = [record for record in csv.reader(stream) if record]
    if path.name.startswith("table_"):
        return sum(len(record) - 1 for record in records[1:])
    if path.name.startswith("API_"):  # the World Bank: two lines before the header, four columns before the figures
        return sum(len([name for name in records[2] if name]) - 4 for _ in records[3:])
    return len(records) - 1


def test_the_ledger_balances_and_counts_what_the_files_hold(shipped: Ask) -> None:
    ledger = {row[0]: row[1:] for row in shipped("SELECT * FROM row_ledger")}
    assert all(read == published + bad + excluded for read, published, bad, excluded, _ in ledger.values())
    for path in sorted((ROOT / "raw").rglob("*.csv")):
        name = path.relative_to(ROOT / "raw").as_posix()
        assert ledger[name][0] == rows_in(path), name


def test_every_raw_file_is_accounted_for(shipped: Ask) -> None:
    files = {row[0]: row[1:] for row in shipped("SELECT raw_file, sha256, bytes, layout IS NOT NULL FROM raw_files")}
    for manifest in sorted((ROOT / "raw").glob("*/*/release.toml")):
        folder = manifest.parent.relative_to(ROOT / "raw").as_posix()
        for name, sha256 in tomllib.loads(manifest.read_text(encoding="utf-8"))["files"].items():
            size = (manifest.parent / name).stat().st_size
            assert files.pop(f"{folder}/{name}") == (sha256, size, True)
    assert not files


def test_published_rows_are_found_in_their_tables(shipped: Ask) -> None:
    lost = shipped("""
        WITH landed AS (
            SELECT raw_file, raw_row, raw_column FROM observations
            -- Beside observations, footnotes are remarks on what is counted already.
            UNION ALL SELECT raw_file, raw_row, NULL FROM footnotes WHERE raw_file NOT IN (SELECT raw_file FROM observations)
            UNION ALL SELECT raw_file, raw_row, NULL FROM source_indicators
            UNION ALL SELECT raw_file, raw_row, raw_column FROM source_areas
        )
        SELECT l.raw_file, l.rows_published, count(landed.raw_file) FROM row_ledger AS l
        LEFT JOIN landed ON landed.raw_file = l.raw_file GROUP BY ALL HAVING l.rows_published <> count(landed.raw_file)
    """)
    assert lost == []


def test_the_codebook_describes_every_column(shipped: Ask) -> None:
    undescribed = shipped("""
        SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal
        EXCEPT SELECT "table", "column", type FROM codebook WHERE description <> ''
    """)
    assert undescribed == []
    assert shipped("SELECT count(*) FROM codebook") == shipped("SELECT count(*) FROM duckdb_columns() WHERE NOT internal")


def test_every_table_of_the_contract_exists(shipped: Ask) -> None:
    found = {name for (name,) in shipped("SELECT table_name FROM information_schema.tables")}
    assert {table.name for table in TABLES} == found
    filled = {name for name in found if shipped(f"SELECT count(*) > 0 FROM {name}") == [(True,)]}
    assert found - filled == {"quarantine", "corrections"}, "what is shipped is clean"


def test_kazakhstan_belongs_to_the_groups_of_uis(shipped: Ask) -> None:
    with (ROOT / "raw/unesco_uis/sdg-2021-09/SDG_REGION.csv").open(encoding="utf-8", newline="") as stream:
        groups = {row["REGION_ID"] for row in csv.DictReader(stream) if row["COUNTRY_ID"] == "KAZ"}
    ((parents,),) = shipped("SELECT parents FROM areas WHERE code = 'KAZ'")
    assert parents.startswith("WLD;"), "the world comes first"
    expected = {"WLD", *(f"uis:{group}" for group in groups)} - {"uis:UIS: World"}
    assert set(parents.split(";")) >= expected
    assert {"uis:UIS: Central Asia", "uis:SDG: Asia (Central)", "uis:WB: Europe & Central Asia"} <= expected
    unnamed = shipped("SELECT parent_area FROM source_areas WHERE parent_area NOT IN (SELECT code FROM areas)")
    assert unnamed == []


@pytest.mark.parametrize("column", ["ref_area", "counterpart_area"])
def test_every_area_is_named(shipped: Ask, column: str) -> None:
    assert shipped(f"SELECT DISTINCT {column} FROM observations WHERE {column} NOT IN (SELECT code FROM areas)") in (
        [],
        [("_T",)],
    )


def test_every_indicator_is_defined_once(shipped: Ask) -> None:
    assert shipped("SELECT indicator FROM observations EXCEPT SELECT indicator FROM indicators WHERE definition <> ''") == []
    assert shipped("SELECT count(*) = count(DISTINCT indicator) FROM indicators") == [(True,)]


def test_every_release_has_licence_citation_and_date(shipped: Ask) -> None:
    rows = shipped("SELECT source, release, released::VARCHAR, released_from, licence <> '', citation <> '' FROM releases")
    assert len(rows) == len(list((ROOT / "raw").glob("*/*/release.toml")))
    assert all(row[3:] == ("published", True, True) for row in rows)
    dates = {(source, release): released for source, release, released, *_ in rows}
    assert dates["unesco_uis", "opri-2022-03"] < dates["unesco_uis", "2025-02"] < dates["unesco_uis", "2026-02"]


def test_claims_hold_every_statement_and_are_observations_too(shipped: Ask) -> None:
    with (ROOT / "raw/kz_article/2021/statements.csv").open(encoding="utf-8", newline="") as stream:
        statements = list(csv.DictReader(stream))
    claims: dict[str, float] = dict(shipped("SELECT claim_id, claimed_value FROM claims"))
    assert claims == {row["claim_id"]: float(row["claimed_value"]) for row in statements}
    assert shipped("SELECT count(*) FROM observations WHERE dataset = 'statements'") == [(len(statements),)]


def test_footnotes_belong_to_observations(shipped: Ask) -> None:
    key = "source, dataset, release, indicator, ref_area, counterpart_area, sex, breakdown, time_period"
    total, orphans = shipped(f"""
        SELECT count(*), count(*) FILTER (o.source IS NULL)
        FROM footnotes AS f LEFT JOIN observations AS o USING ({key})
    """)[0]
    assert total > 1000
    assert orphans == 0


def test_knowledge_of_a_day(shipped: Ask) -> None:
    assert shipped("SELECT count(*) FROM observations_as_of(DATE '1900-01-01')") == [(0,)]
    inbound = "FROM observations_as_of(DATE '{}') WHERE dataset = 'data_browser' AND indicator = 'inbound_students'"
    assert shipped(f"SELECT DISTINCT release {inbound.format('2025-12-31')}") == [("2025-02",)]
    assert shipped(f"SELECT DISTINCT release {inbound.format('2026-12-31')}") == [("2026-02",)]
    anguilla = "AND ref_area = 'AIA' AND obs_status = 'M'"
    assert shipped(f"SELECT count(*) {inbound.format('2025-12-31')} {anguilla}") == [(4,)]
    assert shipped(f"SELECT count(*) {inbound.format('2026-12-31')} {anguilla}") == [(0,)], "retracted in 2026-02"


def test_latest_is_the_knowledge_of_today(shipped: Ask) -> None:
    for one, other in (
        ("latest_observations", "observations_as_of(current_date)"),
        ("observations_as_of(current_date)", "latest_observations"),
    ):
        assert shipped(f"SELECT count(*) FROM (SELECT * FROM {one} EXCEPT SELECT * FROM {other})") == [(0,)]
    key = "source, dataset, indicator, ref_area, counterpart_area, sex, breakdown, time_period"
    assert shipped(f"SELECT count(*) FROM (SELECT {key} FROM latest_observations GROUP BY ALL HAVING count(*) > 1)") == [(0,)]


def test_key_figures_of_the_world_migration_report_are_in_the_base_unit(shipped: Ask) -> None:
    rows = shipped("""
        SELECT indicator, breakdown, time_period, obs_value FROM observations
        WHERE dataset = 'world_migration_report' AND ref_area = 'WLD' ORDER BY ALL
    """)
    assert rows == [
        ("displaced_persons", "_T", "2022", 117e6),
        ("international_remittances", "_T", "2000", 128e9),
        ("international_remittances", "_T", "2022", 831e9),
        ("international_remittances", "receivers=low_and_middle_income", "2022", 647e9),
        ("migrant_stock", "_T", "2020", 281e6),
        ("migrant_stock_share", "_T", "2020", 3.6),
    ]
