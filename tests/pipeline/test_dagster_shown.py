"""What Dagster's page shows of a table: a look into it, a picture, its releases with their licences, checks with numbers."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import dagster as dg
import polars as pl
import pytest

from edumig_pipeline.defs.markdown import bars, markdown_table
from edumig_pipeline.defs.pictures import column_chart
from edumig_pipeline.defs.previews import SHOWN_AT_ONCE, preview
from edumig_pipeline.defs.provenance import provenance
from edumig_pipeline.defs.table_checks import checks, claims_checked, flows_within_total
from edumig_pipeline.model.catalogue import TABLES, table
from edumig_pipeline.warehouse import Generation, Warehouse
from tests.pipeline.conftest import Place, uis

NAMES = [declared.name for declared in TABLES if not declared.is_view]


@pytest.fixture(scope="session")
def generation(shipped_folder: Path) -> Generation:
    found = Warehouse(shipped_folder).current()
    assert found
    return found


def files(generation: Generation, name: str) -> list[Path]:
    return sorted(generation.parquet(name).iterdir())


def numbers(check: dg.AssetCheckResult) -> Mapping[str, object]:
    return {name: value.value for name, value in check.metadata.items()}


def svg(markdown: str) -> ET.Element:
    """The picture in a text, as a browser reads it."""
    (found,) = re.findall(r"!\[[^\]]+\]\(data:image/svg\+xml,([^)\s]+)\)", markdown)
    return ET.fromstring(unquote(found))


# A look into a table


@pytest.mark.parametrize("name", NAMES)
def test_every_table_that_has_rows_is_looked_into_and_none_of_it_hides_behind_a_link(generation: Generation, name: str) -> None:
    shown = preview(table(name), files(generation, name))
    assert set(shown) in ([set()] if name in {"quarantine", "corrections"} else [{"preview"}, {"chart", "preview"}])
    for text in shown.values():
        assert len(text) < SHOWN_AT_ONCE
    if shown:
        header, _, *rows = [line for line in shown["preview"].splitlines() if line.startswith("|")]
        assert {line.count(" | ") for line in rows} == {header.count(" | ")}


def test_student_mobility_is_drawn_with_estimates_apart_and_without_years_that_have_no_figure(generation: Generation) -> None:
    shown = preview(table("student_mobility"), files(generation, "student_mobility"))
    picture = svg(shown["chart"])
    columns = [path.attrib["d"].count("M") for path in picture.iter("{http://www.w3.org/2000/svg}path")]
    known = pl.scan_parquet(files(generation, "student_mobility")).filter(
        pl.col("outbound_students").is_not_null(), ref_area="KAZ"
    )
    statuses = known.select("outbound_students_status").collect().to_series().to_list()
    assert columns == [statuses.count("A"), statuses.count("E")]
    assert [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")] == ["2000", "2025", "90,104"]
    assert "A gap: no figure, which is not zero" in shown["chart"]
    assert "| 2018 | 88,010 | A | 14,332 | A |" in shown["preview"]
    assert "| 2024 |  |  | 30,259 | A |" in shown["preview"], "what is missing is empty"


def test_flows_are_those_of_the_year_that_accounts_for_most_students(generation: Generation) -> None:
    text = preview(table("student_flows"), files(generation, "student_flows"))["preview"]
    assert text.startswith("KAZ in 2016, unesco_uis opri-2022-03: the 10 largest of 10 hosts that report.")
    assert "| RUS | 69,895 | ████████████████ | A |" in text


def test_a_warehouse_without_kazakhstan_shows_its_first_rows(place: Place) -> None:
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,FRA,2018,5,,", "26637,FRA,2019,7,,"]))
    assert place.refresh().code == 0
    generation = Warehouse(place.warehouse).current()
    assert generation
    for name in NAMES:
        shown = preview(table(name), files(generation, name))
        rows = pl.scan_parquet(files(generation, name)).select(pl.len()).collect().item()
        assert bool(shown) is bool(rows), name
    assert "FRA" in preview(table("student_mobility"), files(generation, "student_mobility"))["preview"]


def test_bad_rows_are_counted_by_rule(place: Place) -> None:
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,FRA,2018,5,,", "26637,FRA,2019,-7,,", "26637,FRA,2020,-8,,"]))
    place.put("unesco_uis/2026-02/other.csv", "nonsense\n")
    assert place.refresh().code == 1
    generation = Warehouse(place.warehouse).current()
    assert generation
    text = preview(table("quarantine"), files(generation, "quarantine"))["preview"]
    assert "| within_bounds | 2 | 0 |" in text
    assert "| 0 | 1 |" in text, "the file that was refused"


# Where figures come from


def test_each_table_of_figures_names_its_releases_with_licence(generation: Generation) -> None:
    releases = pl.read_parquet(files(generation, "releases"))
    told = {name: provenance(name, files(generation, name), releases) for name in NAMES}
    assert "| unesco_uis | 2026-02 | CC BY-SA 4.0 | https://databrowser.uis.unesco.org/" in str(told["student_mobility"])
    assert "| kz_article | 2021 | CC BY 4.0 | https://doi.org/" in str(told["kz_academic_mobility"])
    for name in ("observations", "reconciliation", "revisions", "claim_checks"):
        assert "| unesco_uis | 2026-02 | CC BY-SA 4.0 |" in str(told[name]), name
    assert str(told["observations"]).count("\n") == 1 + 10, "all releases but one, which has labels alone"
    assert {name for name, text in told.items() if text and len(text) >= SHOWN_AT_ONCE} == set()
    assert told["codebook"] is None


# Checks


def test_checks_of_the_shipped_tables_pass_with_their_numbers(generation: Generation) -> None:
    found = {check.check_name: check for check in checks(generation)}
    assert {name for name, check in found.items() if not check.passed} == set()
    shares = numbers(found["flows_stay_within_their_total"])
    assert (shares["totals_compared"], shares["totals_exceeded"]) == (44, 0)
    told = found["every_claim_is_checked"]
    assert told.description == "77 claims checked, 30 of them with evidence"
    assert numbers(told)["no_evidence"] == 47
    assert numbers(found["unesco_uis_in_bounds"])["rows_compared"] == 628
    assert numbers(found["iom_in_bounds"]) == {}, "nothing was compared"


def flows(**students: float) -> pl.DataFrame:
    rows = [
        {"origin": "KAZ", "destination": host, "year": 2018, "source": "s", "release": "r", "share_of_origin": share}
        for host, share in students.items()
    ]
    return pl.DataFrame(rows)


def test_flows_beyond_the_total_are_a_warning_that_names_them() -> None:
    assert flows_within_total(flows(RUS=80, KGZ=24.9)).passed, "the total may be of a newer release"
    assert flows_within_total(flows(RUS=80, WLD=100)).passed, "the world is no host"
    check = flows_within_total(flows(RUS=80, KGZ=30))
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.description == "the flows exceed the origin's total: KAZ 2018, s r: 110.0%"
    assert numbers(check)["totals_exceeded"] == 1


def test_a_claim_without_a_verdict_is_a_warning_that_names_it() -> None:
    claims = pl.DataFrame({"claim_id": ["kz-01", "kz-02"]})
    check = claims_checked(claims, pl.DataFrame({"claim_id": ["kz-01"], "verdict": ["confirmed"]}))
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.description == "without a verdict: kz-02"
    assert numbers(check)["confirmed"] == 1


# Markdown


def test_cells_are_written_so_that_no_row_breaks() -> None:
    frame = pl.DataFrame({"year": [2018], "rows": [12345], "share": [0.25], "text": ["a|b\n<c>"], "none": [None]})
    assert markdown_table(frame).splitlines()[2] == r"| 2018 | 12,345 | 0.25 | a\|b \<c> |  |"


def test_bars_and_columns_have_the_length_of_their_value() -> None:
    assert bars([16.0, 8.0, 0.0]) == ["█" * 16, "█" * 8, ""]
    assert bars([]) == []
    assert bars([0.0]) == [""]
    picture = svg(column_chart(["a", "b", "c"], [10.0, None, 5.0], [False, False, True], "x"))
    assert [path.attrib["d"] for path in picture.iter("{http://www.w3.org/2000/svg}path")] == ["M60,110v-96", "M300,110v-48"]
