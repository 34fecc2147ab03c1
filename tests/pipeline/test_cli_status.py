"""`edumig status`, `tables` and `describe`: what is in a warehouse, and what it means."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from edumig_pipeline.answers.opening import opened
from edumig_pipeline.answers.status import status
from edumig_pipeline.model.catalogue import TABLES
from tests.pipeline.conftest import Place, edumig, uis

Shipped = Callable[[str], list[tuple[Any, ...]]]
FILE = "unesco_uis/2026-02/data.csv"


def told(folder: Path, *arguments: str, code: int = 0) -> Any:  # noqa: ANN401  whatever JSON holds
    """What a command reports with --json."""
    ran = edumig(*arguments, "--warehouse", str(folder), "--json")
    assert ran.code == code, ran.err
    return json.loads(ran.out)


# status


def test_every_release_is_named_with_its_dates_rows_and_newest_period(shipped_folder: Path, shipped: Shipped) -> None:
    found = told(shipped_folder, "status")
    assert found["path"] == str(shipped_folder / "edumig.duckdb")
    assert found["observations"] == shipped("SELECT count(*) FROM observations")[0][0]
    releases = {(one["source"], one["release"]): one for one in found["releases"]}
    assert set(releases) == set(shipped("SELECT source, release FROM releases"))
    newest = releases["unesco_uis", "2026-02"]
    assert (newest["published"], newest["released"], newest["rows"]) == ("2026-02-09", "2026-02-09", 2812)
    assert newest["newest_period"] == shipped("SELECT max(time_period) FROM observations WHERE release = '2026-02'")[0][0]
    assert releases["unesco_uis", "sdg-2021-09"]["newest_period"] is None, "it holds no values"


def test_the_text_says_the_same(shipped_folder: Path) -> None:
    ran = edumig("status", "--warehouse", str(shipped_folder))
    assert (ran.code, ran.err) == (0, "")
    assert f"Warehouse  {shipped_folder}/edumig.duckdb\n" in ran.out
    assert "unesco_uis  2026-02       2026-02-09" in ran.out
    assert "Nothing is quarantined, and no file was refused.\n" in ran.out
    assert "The article: 77 claims: 1 inconsistent, 5 other_period" in ran.out


@pytest.mark.parametrize(
    ("today", "late"),
    [(date(2026, 2, 9), {"iom", "world_bank", "un_desa"}), (date(2026, 11, 10), {"iom", "world_bank", "un_desa"}),
     (date(2026, 11, 11), {"iom", "world_bank", "un_desa", "unesco_uis"}), (date(2019, 6, 1), set())],
)  # fmt: skip
def test_a_source_is_late_one_and_a_half_times_its_cadence_after_its_newest(
    shipped_folder: Path, today: date, late: set[str]
) -> None:
    with opened(shipped_folder) as published:
        fresh = {one["source"]: one for one in status(published, today).freshness}
    assert {source for source, one in fresh.items() if one["in_time"] is False} == late
    assert fresh["unesco_uis"]["next_due"] == date(2026, 11, 10), "half a year, 183 days, one and a half times"
    assert fresh["iom"]["newest_release"] == "2020-01-08", "the yearly report is not what is renewed every week"
    assert (fresh["kz_article"]["next_due"], fresh["kz_article"]["in_time"]) == (None, None), "an article is not renewed"


def test_counts_are_those_of_the_tables(shipped_folder: Path, shipped: Shipped) -> None:
    found = told(shipped_folder, "status")
    ledger = found["ledger"]
    assert ledger["rows_read"] == ledger["rows_published"] + ledger["rows_quarantined"] + ledger["rows_excluded"]
    assert ledger["rows_read"] == shipped("SELECT sum(rows_read) FROM row_ledger")[0][0]
    assert sum(found["verdicts"].values()) == shipped("SELECT count(*) FROM claims")[0][0]
    page = (shipped_folder / "findings.md").read_text()
    assert all(f"| {verdict} | {count} |" in page for verdict, count in found["verdicts"].items()), "as the page of findings"
    pairs = {(one["source_a"], one["source_b"]): one for one in found["reconciliation"]}
    assert sum(one["compared"] for one in pairs.values()) == shipped("SELECT count(*) FROM reconciliation")[0][0]
    assert pairs["un_desa", "iom"]["open"] == 2
    assert all(one["compared"] == one["equal"] + one["explained"] + one["open"] for one in pairs.values())


def test_what_did_not_land_is_counted_by_file_and_rule_and_ends_with_1(place: Place) -> None:
    bad = [f"26637,KZA,{year},1,," for year in range(2000, 2003)]
    place.put(FILE, uis(["26637,KAZ,2018,1,,", *bad, "26637,KAZ,2019,many,,"]))
    place.put("unesco_uis/2026-02/odd.csv", "nonsense\n")
    place.put("iom/stray.csv", "x\n")
    refreshed = place.refresh()
    assert refreshed.code == 1
    found = told(place.warehouse, "status", code=1)
    assert found["clean"] is False
    assert found["quarantined"] == [
        {"raw_file": FILE, "rule": "known_area", "rows": 3},
        {"raw_file": FILE, "rule": "value_is_number", "rows": 1},
    ]
    assert [(one["raw_file"], one["rule"]) for one in found["refused"]] == [
        ("iom/stray.csv", "release_folder"),
        ("unesco_uis/2026-02/odd.csv", "known_layout"),
    ]
    text = edumig("status", "--warehouse", str(place.warehouse))
    assert text.code == 1
    for line in (f"quarantined: {FILE}: 3 rows by rule known_area", "refused: iom/stray.csv: release_folder: "):
        assert line in text.out
        assert line in refreshed.err, "a refresh says the same"


def test_rows_beyond_those_listed_are_counted(place: Place) -> None:
    place.put(FILE, uis(["26637,KAZ,2018,1,,", *(f"26637,KZA,{year},1,," for year in range(1000, 11_050))]))
    place.refresh()
    found = told(place.warehouse, "status", code=1)
    assert found["quarantined"] == [{"raw_file": FILE, "rule": "known_area", "rows": 10_050}]


# tables and describe


def test_every_declared_table_is_listed_with_its_rows(shipped_folder: Path, shipped: Shipped) -> None:
    found = {one["name"]: one for one in told(shipped_folder, "tables")["tables"]}
    assert list(found) == [table.name for table in TABLES]
    for declared in TABLES:
        one = found[declared.name]
        assert (one["grain"], one["meaning"]) == (declared.grain, declared.description)
        if declared.is_view:
            assert (one["kind"], one["rows"]) == ("view", None)
        else:
            assert (one["kind"], one["rows"]) == ("table", shipped(f"SELECT count(*) FROM {declared.name}")[0][0])


@pytest.mark.parametrize("declared", TABLES, ids=lambda table: table.name)
def test_every_table_can_be_described(shipped_folder: Path, shipped: Shipped, declared: Any) -> None:  # noqa: ANN401
    found = told(shipped_folder, "describe", declared.name)
    assert found["rows"] == shipped(f"SELECT count(*) FROM {declared.name}")[0][0]
    assert found["key"] == list(declared.key)
    described = {one["column"]: one for one in found["columns"]}
    assert list(described) == list(declared.names)
    for column in declared.columns:
        one = described[column.name]
        assert (one["type"], one["unit"], one["description"]) == (column.type.value, column.unit, column.description)
        assert list(one["allowed"]) == list(column.allowed)


def test_codes_come_with_their_meaning(shipped_folder: Path) -> None:
    ran = edumig("describe", "student_flows", "--warehouse", str(shipped_folder))
    assert "Grain: one row per origin, destination, year, source and release.\n" in ran.out
    assert "Key: origin, destination, year, source, release.\n" in ran.out
    assert "\nCodes of obs_status:\n  A            normal value\n" in ran.out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("student_flow", "did you mean student_flows"),
        ("Claims", "did you mean claims"),
        ("mobility", "did you mean student_mobility or kz_academic_mobility or student_mobility_by_release"),
        ("xyzzy", "known are areas, claim_arithmetic, claim_checks"),
    ],
)
def test_an_unknown_table_is_answered_with_what_may_be_meant(shipped_folder: Path, name: str, said: str) -> None:
    ran = edumig("describe", name, "--warehouse", str(shipped_folder))
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith(f"edumig: there is no table {name}: {said}")
