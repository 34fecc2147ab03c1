"""`edumig diff`: what differs between two releases, by the rules of the table revisions."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import Place, Ran, edumig, uis

Shipped = Callable[[str], list[tuple[Any, ...]]]
OLD, MIDDLE, NEW = (f"unesco_uis/{release}/data.csv" for release in ("2024-02", "2025-02", "2026-02"))
KEY = ("dataset", "indicator", "ref_area", "counterpart_area", "sex", "breakdown", "time_period")
CHANGE = ("change", "old_value", "new_value", "old_status", "new_status", "difference", "relative_difference")


def diff(folder: Path, *arguments: str) -> dict[str, Any]:
    """What the command reports with --json."""
    ran = edumig("diff", *arguments, "--warehouse", str(folder), "--json")
    assert ran.code == 0, ran.err
    return dict(json.loads(ran.out))


def told(folder: Path, *arguments: str) -> Ran:
    """What it says."""
    return edumig("diff", *arguments, "--warehouse", str(folder))


@pytest.mark.parametrize(("source", "old", "new"), [("un_desa", "rev2019", "rev2020"), ("unesco_uis", "2025-02", "2026-02")])
def test_of_consecutive_releases_it_says_what_the_table_of_revisions_says(
    shipped_folder: Path, shipped: Shipped, source: str, old: str, new: str
) -> None:
    found = diff(shipped_folder, f"{source}/{old}", f"{source}/{new}", "--all")
    expected = shipped(
        f"SELECT {', '.join((*KEY, *CHANGE))} FROM revisions WHERE source = '{source}' AND from_release = '{old}' "
        f"AND to_release = '{new}' ORDER BY {', '.join(KEY)}"
    )
    assert [tuple(one[name] for name in (*KEY, *CHANGE)) for one in found["changes"]] == expected
    assert len(expected) > 100
    counted = {
        (one["dataset"], one["indicator"], kind): one[kind]
        for one in found["summary"]
        for kind in ("added", "revised", "retracted", "status")
        if one[kind]
    }
    rows = shipped(
        "SELECT dataset, indicator, change, count(*) FROM revisions "
        f"WHERE source = '{source}' AND to_release = '{new}' GROUP BY ALL"
    )
    assert counted == {(dataset, indicator, kind): count for dataset, indicator, kind, count in rows}


@pytest.fixture
def three(place: Place) -> Place:
    """A place with three releases: a figure comes, is revised, goes; one keeps its value and changes its status."""
    place.put(OLD, uis(["26637,KAZ,2018,1,,", "26637,KAZ,2019,5,,", "26637,KAZ,2021,5,,", "26637,KAZ,2022,7,,"]))
    place.put(MIDDLE, uis(["26637,KAZ,2018,2,,", "26637,KAZ,2020,9,,", "26637,KAZ,2021,5,,", "26637,KAZ,2022,7,,"]))
    place.put(NEW, uis(["26637,KAZ,2018,4,,", "26637,KAZ,2019,6,,", "26637,KAZ,2021,5,UIS_EST,", "26637,KAZ,2022,7,,"]))
    assert place.refresh().code == 0
    return place


def changes(place: Place, old: str, new: str) -> dict[str, tuple[object, ...]]:
    """Change, old and new value by period."""
    return {
        one["time_period"]: (one["change"], one["old_value"], one["new_value"])
        for one in diff(place.warehouse, old, new, "--all")["changes"]
    }


def test_releases_need_not_follow_one_another(three: Place) -> None:
    assert changes(three, "2024-02", "2026-02") == {
        "2018": ("revised", 1.0, 4.0),
        "2019": ("revised", 5.0, 6.0),
        "2021": ("status", 5.0, 5.0),
    }
    assert changes(three, "2025-02", "2026-02") == {
        "2018": ("revised", 2.0, 4.0),
        "2019": ("added", None, 6.0),
        "2020": ("retracted", 9.0, None),
        "2021": ("status", 5.0, 5.0),
    }
    pairs = three.ask("SELECT DISTINCT from_release, to_release FROM revisions ORDER BY ALL")
    assert pairs == [("2024-02", "2025-02"), ("2025-02", "2026-02")], "the table has consecutive pairs alone"


def test_from_the_newer_to_the_older_is_said_to_be_so(three: Place) -> None:
    assert changes(three, "2026-02", "2024-02")["2018"] == ("revised", 4.0, 1.0)
    ran = told(three.warehouse, "2026-02", "2024-02")
    assert ran.err == "2024-02 is older than 2026-02: what follows is as if it had come after it\n"


def test_releases_that_agree_have_no_changes(place: Place) -> None:
    place.put(MIDDLE, uis(["26637,KAZ,2018,1,,"]))
    place.put(NEW, uis(["26637,KAZ,2018,1.0,,"]))
    place.refresh()
    found = diff(place.warehouse, "2025-02", "2026-02", "--all")
    assert found["changes"] == []
    assert found["summary"] == [
        {"dataset": "data_browser", "indicator": "inbound_students", "added": 0, "revised": 0, "retracted": 0, "status": 0}
    ]
    assert told(place.warehouse, "2025-02", "2026-02").code == 0


def test_datasets_are_kept_apart_and_what_only_one_covers_is_named(shipped_folder: Path) -> None:
    found = diff(shipped_folder, "opri-2022-03", "unesco_uis/2026-02")
    assert (found["summary"], found["changes"]) == ([], [])
    apart = {(one["dataset"], one["indicator"]): one["only_in"] for one in found["apart"]}
    assert apart["opri", "inbound_students"] == "opri-2022-03"
    assert apart["data_browser", "inbound_students"] == "2026-02"
    assert "The two cover nothing in common: nothing is compared.\n" in told(shipped_folder, "opri-2022-03", "2026-02").out


def test_the_largest_revisions_of_each_indicator_come_first(shipped_folder: Path, shipped: Shipped) -> None:
    found = diff(shipped_folder, "rev2019", "rev2020")["changes"]
    for indicator in {one["indicator"] for one in found}:
        shown = [abs(one["difference"]) for one in found if one["indicator"] == indicator]
        ((largest,),) = shipped(
            f"SELECT list(d ORDER BY d DESC)[:5] FROM (SELECT abs(difference) AS d FROM revisions WHERE source = 'un_desa' "
            f"AND indicator = '{indicator}' AND change = 'revised')"
        )
        assert shown == largest
    text = told(shipped_folder, "rev2019", "rev2020").out
    assert text.startswith("un_desa: from rev2019 (of 2019-01-01) to rev2020 (of 2020-01-01)\n")
    assert "244,559,805" in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2025-03", "2026-02", "there is no release 2025-03: "),
        ("unesco_uis/2025-2", "2026-02", "there is no release unesco_uis/2025-2: did you mean unesco_uis/2025-02"),
        ("rev2019", "2026-02", "un_desa/rev2019 and unesco_uis/2026-02 are of two sources"),
        ("2026-02", "unesco_uis/2026-02", "unesco_uis/2026-02 is named twice"),
    ],
)
def test_a_wrong_pair_is_answered_with_what_is_wrong(shipped_folder: Path, old: str, new: str, said: str) -> None:
    ran = told(shipped_folder, old, new)
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err


def test_a_release_that_two_sources_have_is_to_be_named_with_its_source(place: Place) -> None:
    header = "iso2Code,country,indicator,date,value\n"
    place.put(MIDDLE, uis(["26637,KAZ,2018,1,,"]))
    place.put(NEW, uis(["26637,KAZ,2018,2,,"]))
    place.put("eurostat/2026-02/data.csv", header)
    place.refresh()
    ran = told(place.warehouse, "2025-02", "2026-02")
    assert ran.code == 64
    assert "several sources have a release 2026-02: name it as one of eurostat/2026-02, unesco_uis/2026-02" in ran.err
    assert told(place.warehouse, "2025-02", "unesco_uis/2026-02").code == 0
