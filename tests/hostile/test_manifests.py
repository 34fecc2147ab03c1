"""A release.toml that says what it must not: its release is refused with what is wrong in it, and all other releases land.

Here: what ended a refresh, or was let in. Not here: what a good manifest does (`tests/unit/test_inventory.py`).
"""

import os

import pytest

from edumig_pipeline.ingest.inventory import take_inventory
from tests.pipeline.conftest import Place, uis

FOLDER = "unesco_uis/2026-02"
GOOD = uis(["26637,KAZ,2018,5,,"])
CORRECTION = """
[[corrections]]
file = "data.csv"
row = {row}
published = {published}
corrected = {corrected}
reason = "a digit was lost"
said_by = "the publisher"
status = "active"
"""


def correction(row: str = "1", published: str = "5", corrected: str = "6") -> str:
    return CORRECTION.format(row=row, published=published, corrected=corrected)


HOSTILE = {
    "lists nested without end": ("a = " + "[" * 100_000, "recursion"),
    "a name that leads out of the release": ('[files]\n"../../other/2020/data.csv" = "00"', "no name of a file below"),
    "a name that leads out and back": ('[files]\n"x/../data.csv" = "00"', "no name of a file below"),
    "an absolute name": ('[files]\n"/etc/passwd" = "00"', "no name of a file below"),
    "a name with a NUL": ('[files]\n"a\\u0000b" = "00"', "no name of a file below"),
    "a name no file system takes": (f'[files]\n"{"a" * 256}" = "00"', "no name of a file below"),
    "the folder itself": ('[files]\n"." = "00"', "no name of a file below"),
    "the manifest itself": ('[files]\n"release.toml" = "00"', "no name of a file below"),
    "files that are a list": ("files = [1]", "cannot be read"),
    "addresses that are a number": ("addresses = 5", "cannot be read"),
    "corrections that are a number": ("corrections = 5", "cannot be read"),
    "a publisher that is a list": ('publisher = ["a", "b"]', "publisher is no text"),
    "a licence that is a table": ('licence = {a = "b"}', "licence is no text"),
    "a title that is infinite": ("title = inf", "title is no text"),
    "a day that is none": ('retrieved = "2026-02-30"', "cannot be read"),
    "a moment for a day": ("retrieved = 2026-01-01T00:00:00Z", "cannot be read"),
    "a month that is none": ('published = "2021-13"', "no YYYY"),
    "a year far away": ('published = "9999"', "no YYYY"),
    "a coverage nobody knows": ('coverage = "some"', "full or extract"),
    "a correction to infinity": (correction(corrected="inf"), "finite numbers"),
    "a correction to no number": (correction(corrected="nan"), "finite numbers"),
    "a correction to a number no double holds": (correction(corrected="1" + "0" * 400), "finite numbers"),
    "a correction of a truth": (correction(published="true"), "finite numbers"),
    "a correction of a row too far": (correction(row="99999999999"), "whole number from 1"),
    "a correction of a row that is a truth": (correction(row="true"), "whole number from 1"),
    "a correction of a row before the first": (correction(row="0"), "whole number from 1"),
    "half a character": ('title = "\\ud800"', "cannot be read"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_manifest_that_says_what_it_must_not_is_a_fault_of_its_files(place: Place, what: str) -> None:
    text, said = HOSTILE[what]
    place.put(f"{FOLDER}/data.csv", GOOD)
    place.put(f"{FOLDER}/release.toml", text)
    ((file,),) = [release.files for release in take_inventory(place.raw).releases]
    assert file.fault is not None
    assert file.fault[0] == "release_toml"
    assert said in file.fault[1]


def test_its_release_is_refused_and_all_others_land(place: Place) -> None:
    place.put(f"{FOLDER}/data.csv", GOOD)
    hostile = list(HOSTILE.values())[:5]
    for number, (text, _) in enumerate(hostile):
        place.put(f"unesco_uis/hostile-{number}/data.csv", GOOD)
        place.put(f"unesco_uis/hostile-{number}/release.toml", text)
    ran = place.refresh()
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert place.ask("SELECT release FROM observations") == [("2026-02",)]
    assert place.ask("SELECT count(*) FROM quarantine WHERE rule = 'release_toml'") == [(len(hostile),)]


def test_a_manifest_of_gibibytes_is_not_read(place: Place) -> None:
    manifest = place.put(f"{FOLDER}/release.toml", "")
    place.put(f"{FOLDER}/data.csv", GOOD)
    os.truncate(manifest, 20 << 30)
    assert "is no regular file of at most 1,048,576 bytes" in place.refresh().err


def test_a_link_to_no_manifest_is_not_taken_for_none(place: Place) -> None:
    place.put(f"{FOLDER}/data.csv", GOOD)
    (place.raw / FOLDER / "release.toml").symlink_to("gone.toml")
    assert "release.toml is no regular file" in place.refresh().err
