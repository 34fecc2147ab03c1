"""The same raw files make the same warehouse, whatever the machine, its threads, its clock and the order of its folders.

Here: whole builds compared, and that the comparison sees what it should. Not here: how they are made (`sameness`).
"""

import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from edumig_pipeline.ingest.inventory import take_inventory
from edumig_pipeline.refresh import refresh
from tests.reliability.sameness import AS_USUAL, OTHERS, ROOT, Condition, build, contents, differing, raw_files

TOTAL = (ROOT / "edumig_pipeline/publish/macros.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def as_usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of hundreds of thousands of made-up figures, built as usual."""
    folder = tmp_path_factory.mktemp("usual")
    raw_files(folder / "raw", AS_USUAL)
    build(folder / "raw", folder / "warehouse", AS_USUAL)
    return folder / "warehouse"


@pytest.fixture(scope="module")
def shipped_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of the raw files that the repository ships, built at once."""
    folder = tmp_path_factory.mktemp("shipped")
    refresh(ROOT / "raw", folder)
    return folder


# Whole builds


@pytest.mark.parametrize("condition", OTHERS, ids=lambda condition: condition.name.partition(",")[0])
def test_hundreds_of_thousands_of_figures_make_the_same_warehouse_anywhere(
    as_usual: Path, tmp_path: Path, condition: Condition
) -> None:
    raw_files(raw := tmp_path / "elsewhere" / "raw files", condition)
    build(raw, tmp_path / "other warehouse", condition)
    assert differing(contents(as_usual), contents(tmp_path / "other warehouse")) == []


def test_the_made_up_figures_go_where_figures_are_added(as_usual: Path) -> None:
    with duckdb.connect(str((as_usual / "edumig.duckdb").resolve()), read_only=True) as db:
        (count,) = db.sql("FROM observations SELECT count(*)").fetchall()[0]
        added = db.sql("SELECT split_part(identity, '=', 2)[:18] AS i, count(rhs) FROM identity_checks GROUP BY 1").fetchall()
    assert count > 2 * 122_880
    assert {i.strip() for i, number in added if number > 1000} >= {"sum over origins", "sum over hosts (d"}


def test_releases_landed_on_top_of_others_are_as_landed_together(shipped_once: Path, tmp_path: Path) -> None:
    refresh(ROOT / "raw", tmp_path, only=("un_desa", "kz_article"))
    refresh(ROOT / "raw", tmp_path)
    assert differing(contents(shipped_once), contents(tmp_path)) == []


def test_a_release_of_the_future_is_in_the_marts_on_any_day(tmp_path: Path) -> None:
    folder = tmp_path / "raw/unesco_uis/2099-01"
    folder.mkdir(parents=True)
    text = (
        "indicatorId,geoUnit,year,value,qualifier,magnitude\n26637,KAZ,2019,7,,\nOE.5T8.40510,KAZ,2019,9,,\n26519,KGZ,2019,3,,\n"
    )
    (folder / "data.csv").write_text(text)
    refresh(tmp_path / "raw", tmp_path / "warehouse")
    with duckdb.connect(str((tmp_path / "warehouse/edumig.duckdb").resolve()), read_only=True) as db:
        assert db.sql("SELECT inbound_students, outbound_students FROM student_mobility WHERE ref_area = 'KAZ'").fetchall() == [
            (7, 9)
        ]
        # What was the newest knowledge on a day is another question, and that of today goes by today.
        assert db.sql("FROM latest_observations").fetchall() == []


# What counts as input


def test_the_day_a_file_was_written_counts_where_nothing_else_dates_it_and_in_utc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "unesco_uis/by hand/data.csv"
    file.parent.mkdir(parents=True)
    file.write_text("indicatorId,geoUnit,year,value,qualifier,magnitude\n")
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC).timestamp()
    os.utime(file, (late, late))
    for zone in ("UTC", "Pacific/Kiritimati", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", zone)
        (release,) = take_inventory(tmp_path).releases
        day, origin = release.released()
        assert (day.isoformat(), origin) == ("2026-03-01", "retrieved")


# Sums and choices


@pytest.mark.parametrize(("figures", "sum_"), [
    ([0.1, 0.2], 0.3),
    ([1e17, 0.5, -1e17], 0.5),
    ([8045311447.0, 0.00001], 8045311447.00001),
    ([1e300, 1e300, -1e300], 1e300),
    ([1e18, 1.0, None], 1e18),
    ([None, None], None),
    ([], None),
])  # fmt: skip
def test_figures_are_added_exactly(figures: list[float | None], sum_: float | None) -> None:
    with duckdb.connect() as db:
        db.execute(TOTAL)
        db.register("t", pl.DataFrame({"figure": figures}, schema={"figure": pl.Float64}).to_arrow())
        assert db.sql("SELECT total(figure) FROM t").fetchall() == [(sum_,)]


def test_a_figure_that_no_decimal_holds_stops_no_refresh(tmp_path: Path) -> None:
    folder = tmp_path / "raw/unesco_uis/2026-02"
    folder.mkdir(parents=True)
    rows = [f"{code},{host},2019,{value},," for code in ("26421", "26422") for host, value in (("KAZ", "1e300"), ("KGZ", "3"))]
    text = "\n".join(
        ["indicatorId,geoUnit,year,value,qualifier,magnitude", *rows, "25053,KAZ,2019,1e300,,", "25057,KAZ,2019,1e300,,"]
    )
    (folder / "data.csv").write_text(f"{text}\n", encoding="utf-8")
    assert refresh(tmp_path / "raw", tmp_path / "warehouse").quarantined == {}


@pytest.mark.parametrize(("added", "same"), [("total(x)", True), ("sum(x)", False), ("fsum(x)", False)])
def test_no_number_of_threads_shows_in_a_total_and_it_does_in_duckdbs_own_sum(added: str, *, same: bool) -> None:
    found = set()
    with duckdb.connect() as db:
        db.execute(TOTAL)
        db.execute(
            "CREATE TABLE t AS SELECT range % 7000 AS g, round(exp((hash(range) % 1000) / 100), 5) AS x FROM range(1000000)"
        )
        for threads in (1, 2, 3, 8):
            db.execute(f"SET threads = {threads}")
            found.add(tuple(db.sql(f"SELECT {added} FROM t GROUP BY g ORDER BY g").fetchall()))
    assert (len(found) == 1) == same


# Aggregates that go by the order of rows unless told one; sums and means of doubles among them.
_BY_ORDER = re.compile(
    r"\b(sum|avg|mean|fsum|sumkahan|product|stddev\w*|var_\w+|any_value|arbitrary|first|last|arg_max|arg_min|max_by|min_by"
    r"|list|array_agg|string_agg|group_concat|mode)\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)"
)
# What is no double, or is put in order behind, or has one thing to choose from.
_SETTLED = (
    r"c\.half_unit|(l\.)?rows_\w+|if\(raw_row.*|CASE WHEN raw_row.*",
    r"CASE WHEN abs\((figure|value)\).*",
    r"obs_value, dataset|half_unit, \(obs_value IS NULL, dataset\)|time_period, \(period_end, time_period\)",
    r"DISTINCT ref_area|string_split\(layouts?, '; '\)",
)


def loose(sql: str) -> list[str]:
    """The aggregates of an SQL text whose result is another in another order of rows."""
    code = re.sub(r"--[^\n]*", "", sql)
    settled = re.compile("|".join(_SETTLED), re.DOTALL)
    return [found[0] for found in _BY_ORDER.finditer(code) if "ORDER BY" not in found[2] and not settled.fullmatch(found[2])]


def test_no_aggregate_of_a_mart_goes_by_the_order_of_rows() -> None:
    texts = sorted((ROOT / "edumig_pipeline").rglob("*.sql"))
    assert len(texts) > 50
    # A calendar of which a release says two things is left out, so that there is one thing to choose from.
    found = {file.name: loose(file.read_text(encoding="utf-8")) for file in texts if file.name != "academic_years.sql"}
    assert {name: found for name, found in found.items() if found} == {}


@pytest.mark.parametrize(
    "sql", ["sum(obs_value)", "avg(o.obs_value)", "any_value(a) FILTER (b)", "first(x)", "string_agg(a, ';')"]
)
def test_such_an_aggregate_would_be_seen(sql: str) -> None:
    assert loose(f"SELECT {sql} FROM t") != []


# That the comparison sees


def changed_value(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("UPDATE releases SET title = title || '.' WHERE source = 'iom'")


def changed_order(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("CREATE OR REPLACE TABLE claims AS FROM claims ORDER BY claim_id DESC")


def changed_last_digit(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("UPDATE identity_checks SET rhs = rhs * (1 + 2.3e-16) WHERE rhs > 1")


def changed_comment(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("COMMENT ON COLUMN claims.printed IS 'another'")


def changed_macro(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("CREATE OR REPLACE MACRO observations_as_of(d) AS TABLE FROM observations")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed_value, "rows of releases"),
        (changed_order, "rows of claims"),
        (changed_last_digit, "rows of identity_checks"),
        (changed_comment, "what DuckDB says of its columns"),
        (changed_macro, "what DuckDB says of its functions"),
    ],
)
def test_a_difference_is_seen(
    shipped_once: Path, tmp_path: Path, change: Callable[[duckdb.DuckDBPyConnection], None], told: str
) -> None:
    shutil.copytree(shipped_once.resolve(), tmp_path / "w", symlinks=True)
    with duckdb.connect(str((tmp_path / "w/edumig.duckdb").resolve())) as db:
        change(db)
    assert told in differing(contents(shipped_once), contents(tmp_path / "w"))


def test_a_byte_of_parquet_is_seen(shipped_once: Path, tmp_path: Path) -> None:
    shutil.copytree(shipped_once.resolve(), tmp_path / "w", symlinks=True)
    file = (tmp_path / "w/parquet/codebook/all.parquet").resolve()
    file.write_bytes(file.read_bytes().replace(b"parquet-cpp", b"parquet-CPP"))
    assert differing(contents(shipped_once), contents(tmp_path / "w")) == ["parquet/codebook/all.parquet"]
