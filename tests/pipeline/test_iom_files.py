"""IOM's real files, whole, landed as releases: every record lands or is accounted for, value by value.

They are not kept in this repository; where the folder beside it is absent, these tests skip.
"""

import csv
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.pipeline.conftest import ROOT, Place

DATA = ROOT.parent / "shared/data/iom"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="publishers' files are not kept in this repository")

INCIDENTS = {
    "2020-01-08": "MissingMigrants-Global-2020-01-08T14-05-32.csv",
    "2024-04-10": "MissingMigrants-Global-2024-04-10--23_23_37.csv",
}
# Incident, region, date and how it is written, total.
COLUMNS = {
    "2020-01-08": ("Web ID", "Region of Incident", "Reported Date", "%B %d, %Y", "Total Dead and Missing"),
    "2024-04-10": (
        *("Incident ID", "Region", "Incident Date"),
        *("%a, %m/%d/%Y - %H:%M", "Total Number of Dead and Missing"),
    ),
}
every_download = pytest.mark.parametrize("release", INCIDENTS)
SEXES = {"numPresentIdpInd": "_T", "numberMales": "M", "numberFemales": "F"}


def put(place: Place, folder: str, *files: Path) -> None:
    """Lay real files out as a release."""
    target = place.raw / folder
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copy(file, target)


def download(release: str) -> Path:
    return DATA / "missing_migrants" / INCIDENTS[release]


def incidents(release: str) -> list[dict[str, str]]:
    """The records of a download, read independently."""
    with download(release).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def observed(release: str) -> list[tuple[str, str, str, float]]:
    """What the records of a download are to become: breakdown, ref_area, time_period, obs_value, in their order."""
    incident, region, date, form, total = COLUMNS[release]
    return [
        (
            f"incident={row[incident]}",
            f"iom:{row[region]}",
            datetime.strptime(row[date], form).replace(tzinfo=UTC).date().isoformat(),
            float(row[total].replace(",", "")),
        )
        for row in incidents(release)
    ]


@every_download
def test_every_incident(place: Place, release: str) -> None:
    put(place, f"iom/{release}", download(release))
    assert place.refresh().code == 0
    expected = observed(release)
    assert place.ask("SELECT breakdown, ref_area, time_period, obs_value FROM observations ORDER BY raw_row") == expected
    read = place.ask("SELECT rows_read, rows_published, rows_quarantined, rows_excluded FROM row_ledger")
    assert read == [(len(expected), len(expected), 0, 0)]


@every_download
def test_every_other_column_of_every_incident(place: Place, release: str) -> None:
    put(place, f"iom/{release}", download(release))
    assert place.refresh().code == 0
    incident, region, date, _, total = COLUMNS[release]
    notes = place.ask("SELECT breakdown, footnote FROM footnotes ORDER BY raw_row")
    said = [(breakdown, json.loads(note)) for breakdown, note in notes]
    elsewhere = (incident, region, date, total)
    assert said == [
        (f"incident={row[incident]}", {name: text for name, text in row.items() if name not in elsewhere and text.strip()})
        for row in incidents(release)
    ]
    assert place.ask("SELECT count(*) FROM footnotes AS f JOIN observations AS o USING (breakdown, ref_area, time_period)") == [
        (len(said),)
    ]


def test_the_dead_and_the_missing_are_the_total_of_every_download() -> None:
    """What the sum that the layout of 2026 needs rests on; no rule of the warehouse."""
    for release in INCIDENTS:
        for row in incidents(release):
            parts = [row["Number Dead"], row["Minimum Estimated Number of Missing"]]
            assert sum(int(part or 0) for part in parts) == int(row[COLUMNS[release][4]].replace(",", ""))


def test_two_downloads_lie_side_by_side(place: Place) -> None:
    put(place, "iom/2024-04-10", *map(download, INCIDENTS))
    assert place.refresh().code == 0
    expected = {row for release in INCIDENTS for row in observed(release)}
    assert set(place.ask("SELECT breakdown, ref_area, time_period, obs_value FROM observations")) == expected


def test_a_download_saved_as_a_workbook(place: Place) -> None:
    rows = incidents("2024-04-10")
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("Worksheet")
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([int(text) if text.isdecimal() else text or None for text in row.values()])
    target = place.raw / "iom/2024-04-10"
    target.mkdir(parents=True)
    book.save(target / "download.xlsx")
    assert place.refresh().code == 0
    found = place.ask("SELECT breakdown, ref_area, time_period, obs_value FROM observations ORDER BY raw_row")
    assert found == observed("2024-04-10")
    assert place.ask("SELECT raw_file, rows_read FROM row_ledger") == [
        ("iom/2024-04-10/download.xlsx#Worksheet", len(rows)),
    ]


def replies() -> dict[str, list[dict[str, Any]]]:
    """The records of every reply of DTM, by name of the file."""
    return {path.name: json.loads(path.read_text(encoding="utf-8"))["result"] for path in sorted((DATA / "dtm").glob("*.json"))}


def test_every_figure_of_dtm(place: Place) -> None:
    put(place, "iom/dtm-2025", *(DATA / "dtm").glob("*.json"))
    assert place.refresh().code == 0
    expected = {
        (name, number, column, SEXES[column], float(record[column]), record["reportingDate"][:10])
        for name, records in replies().items()
        if "admin" in name.split("-")[1]
        for number, record in enumerate(records, start=1)
        for column in SEXES
        if record[column] is not None
    }
    found = place.ask("""
        SELECT split_part(raw_file, '/', 3), raw_row, raw_column, sex, obs_value, time_period FROM observations
    """)
    assert len(found) == len(expected)
    assert set(found) == expected


def test_every_split_of_every_figure_of_dtm(place: Place) -> None:
    put(place, "iom/dtm-2025", *(DATA / "dtm").glob("displacement-admin*.json"))
    assert place.refresh().code == 0
    found = place.ask("SELECT split_part(raw_file, '/', 3), raw_row, ref_area, breakdown FROM observations WHERE sex = '_T'")
    reply = replies()
    for name, number, area, breakdown in found:
        record = reply[name][number - 1]
        assert area == (f"iom:{record['admin1Pcode']}" if "admin1Pcode" in record else record["admin0Pcode"])
        assert dict(pair.split("=") for pair in breakdown.split(";")) == {
            "assessment": record["assessmentType"],
            "operation": record["operation"],
            "origin": record["idpOriginAdmin1Pcode"],
            "reason": record["displacementReason"].replace(";", "%3B"),
            "round": str(record["roundNumber"]),
        }
    assert len(found) == 133 + 114 + 1395


def test_the_ledger_of_dtm_balances_with_an_independent_count(place: Place) -> None:
    put(place, "iom/dtm-2025", *(DATA / "dtm").glob("*.json"))
    assert place.refresh().code == 0
    expected = []
    for name, records in replies().items():
        figures = [record[column] for record in records for column in SEXES if column in record]
        blanks = figures.count(None)
        read = len(figures) or len(records)
        expected.append((f"iom/dtm-2025/{name}", read, read - blanks, 0, blanks))
    ledger = "SELECT raw_file, rows_read, rows_published, rows_quarantined, rows_excluded FROM row_ledger ORDER BY raw_file"
    assert place.ask(ledger) == expected
    assert place.ask("SELECT count(*) FROM source_areas") == [(53,)]
    assert place.ask("SELECT count(*) FROM footnotes WHERE footnote_type = 'Operation status'") == [(106,)]


def test_provinces_have_the_names_dtm_gives_them(place: Place) -> None:
    put(place, "iom/dtm-2025", DATA / "dtm/displacement-admin1-admin0pcode-afg.json")
    assert place.refresh().code == 0
    (records,) = (records for name, records in replies().items() if "admin1" in name)
    named = {(f"iom:{record['admin1Pcode']}", record["admin1Name"]) for record in records}
    assert set(place.ask("SELECT code, name FROM areas WHERE code LIKE 'iom:%'")) == named


def test_the_same_reply_twice_is_kept_once(place: Place) -> None:
    reply = DATA / "dtm/displacement-admin0-admin0pcode-hti.json"
    put(place, "iom/dtm-2025", reply)
    shutil.copy(reply, place.raw / "iom/dtm-2025/again.json")
    assert place.refresh().code == 0
    excluded = dict(place.ask("SELECT raw_file, exclusion_reason FROM row_ledger"))
    assert sorted(excluded.values()) == ["62 blank cells", "62 blank cells; 280 repeated rows"]


def test_an_incident_with_two_totals_is_believed_in_neither(place: Place) -> None:
    put(place, "iom/2024-04-10", download("2024-04-10"))
    target = place.raw / "iom/2024-04-10" / INCIDENTS["2024-04-10"]
    header, first, *rest = target.read_text(encoding="utf-8").split("\n")
    incident = next(csv.reader([first]))
    incident[8] = "99"
    with target.open("w", encoding="utf-8", newline="") as stream:
        stream.write("\n".join([header, first, *rest]) + "\n")
        csv.writer(stream).writerow(incident)
    assert place.refresh().code == 1
    assert place.ask("SELECT raw_row, rule FROM quarantine ORDER BY raw_row") == [(1, "unique_key"), (536, "unique_key")]
    assert place.ask("SELECT count(*) FROM observations") == [(534,)]
    assert place.ask(f"SELECT count(*) FROM footnotes WHERE breakdown = 'incident={incident[1]}'") == [(0,)]


def test_a_failed_call_among_the_replies_is_refused_and_the_others_land(place: Place) -> None:
    put(place, "iom/dtm-2025", DATA / "dtm/displacement-admin0-admin0pcode-hti.json")
    place.put("iom/dtm-2025/failed.json", '{"isSuccess": false, "errorMessages": ["Invalid parameters"]}')
    ran = place.refresh()
    assert ran.code == 1
    assert "refused: iom/dtm-2025/failed.json: reply_succeeded: DTM answered that the call failed: Invalid" in ran.err
    assert place.ask("SELECT count(*) FROM observations") == [(280,)]


def test_an_empty_reply_is_accounted_for_as_one(place: Place) -> None:
    put(place, "iom/dtm-2025", DATA / "dtm/displacement-admin0-admin0pcode-hti.json")
    place.put("iom/dtm-2025/empty.json", '{"isSuccess": true, "result": []}')
    assert place.refresh().code == 0
    ask = "SELECT * EXCLUDE raw_file FROM row_ledger WHERE raw_file LIKE '%empty.json'"
    assert place.ask(ask) == [(0, 0, 0, 0, None)]
    assert place.ask("SELECT layout FROM raw_files WHERE raw_file LIKE '%empty.json'") == [("iom_dtm_api",)]
