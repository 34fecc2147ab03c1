"""The real publishers' files, whole: every record lands or is accounted for, value by value.

They are not kept in this repository; where the folder beside it is absent, these tests skip.
"""

import csv
import shutil
from pathlib import Path

import pytest
import python_calamine

from tests.pipeline.conftest import ROOT, Place

DATA = ROOT.parent / "shared/data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="publishers' files are not kept in this repository")


def records(path: Path) -> list[dict[str, str]]:
    """The records of a CSV, read independently."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def put(place: Place, folder: str, *files: str) -> None:
    """Lay real files out as a release."""
    target = place.raw / folder
    target.mkdir(parents=True)
    for file in files:
        shutil.copy(DATA / file, target)


@pytest.mark.parametrize("release", ["2025-02", "2026-02"])
def test_every_value_of_a_uis_export(place: Place, release: str) -> None:
    name = f"unesco_uis/data_browser_{release}/data.csv"
    put(place, f"unesco_uis/{release}", name)
    assert place.refresh().code == 0
    expected = records(DATA / name)
    found = place.ask("SELECT raw_row, source_indicator, source_area, time_period, obs_value, source_status FROM observations")
    assert len(found) == len(expected)
    for row, indicator, area, period, value, status in found:
        published = expected[row - 1]
        assert (indicator, area, period) == (published["indicatorId"], published["geoUnit"], published["year"])
        assert status == f"{published['magnitude']}|{published['qualifier']}"
        assert value == (None if published["magnitude"] == "NA" else float(published["value"]))
    read = place.ask("SELECT rows_read, rows_published FROM row_ledger")
    assert read == [(len(expected), len(expected))]


def test_footnotes_and_labels_of_a_uis_export(place: Place) -> None:
    folder = "unesco_uis/data_browser_2026-02"
    put(place, "unesco_uis/2026-02", f"{folder}/data.csv", f"{folder}/footnotes.csv", f"{folder}/indicators.csv")
    assert place.refresh().code == 0
    notes = records(DATA / folder / "footnotes.csv")
    assert place.ask("SELECT count(*), count(*) FILTER (footnote = 'NA') FROM footnotes") == [
        (len(notes), sum(note["value"] == "NA" for note in notes))
    ]
    assert place.ask("SELECT count(*) FROM source_indicators") == [(4,)]


def test_one_archive_of_two_downloads(place: Place) -> None:
    folder = "unesco_uis/data_browser_2025-02"
    put(place, "unesco_uis/2025-02", f"{folder}/data.csv", f"{folder}/inbound_indicators.csv", f"{folder}/net_indicators.csv")
    assert place.refresh().code == 0
    assert place.ask("SELECT rows_excluded, exclusion_reason FROM row_ledger WHERE rows_excluded > 0") == [(1, "1 repeated row")]


def test_a_bulk_download_with_every_magnitude(place: Place) -> None:
    target = place.raw / "unesco_uis/natmon-2020-09"
    target.mkdir(parents=True)
    shutil.unpack_archive(DATA / "unesco_uis/bdds/NATMON.zip", target)
    for other in ("NATMON_COUNTRY.csv", "NATMON_METADATA.csv"):
        (target / other).unlink()
    assert place.refresh().code == 0
    expected = records(target / "NATMON_DATA_NATIONAL.csv")
    assert place.ask("SELECT count(*), count(DISTINCT dataset), min(dataset) FROM observations") == [(len(expected), 1, "natmon")]
    statuses = dict(place.ask("SELECT obs_status, count(*) FROM observations GROUP BY ALL"))
    flags = [row["MAGNITUDE"] or row["QUALIFIER"] for row in expected]
    assert statuses == {
        "M": flags.count("NA"), "N": flags.count("NIL"), "K": flags.count("INCLUDED"),
        "E": flags.count("UIS_EST") + flags.count("NAT_EST"), "A": flags.count(""),
    }  # fmt: skip
    assert place.ask("SELECT count(*) FROM observations WHERE obs_status IN ('M', 'K') AND obs_value IS NOT NULL") == [(0,)]


@pytest.mark.parametrize(
    ("file", "revision"),
    [("UN_MigrantStockTotal_2019.xlsx", "2019"), ("undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx", "2020")],
)
def test_every_cell_of_the_migrant_stock(place: Place, file: str, revision: str) -> None:
    put(place, f"un_desa/rev{revision}", f"un_desa/{file}")
    ran = place.refresh()
    assert ran.code == 1, "sheets that no reader knows yet are refused by name"
    assert f"{file}#Table 5: known_layout" in ran.err
    book = python_calamine.CalamineWorkbook.from_path(DATA / "un_desa" / file)
    found = place.ask("SELECT split_part(raw_file, '#', 2), raw_row, raw_column, obs_value FROM observations")
    assert len(found) > 11_000
    grids = {sheet: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in ("Table 1", "Table 3")}
    for sheet, row, column, value in found:
        cell = grids[sheet][row - 1][ord(column) - ord("A")]
        assert value == (None if cell == ".." else cell)
