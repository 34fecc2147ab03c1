"""Texts of raw files that would command a terminal, or be markup in a viewer, are shown spelt out and kept exact in data.

Here: what a person is shown of hostile texts, by any command and on any page. Not here: spreadsheets' formulas
(`tests/unit/test_exports_csv.py`), or the report's page (`tests/unit/test_report_page.py`).
"""

import json
from pathlib import Path

import polars as pl
import pytest

from edumig_pipeline.defs.markdown import markdown_table
from edumig_pipeline.wording.printable import acts, in_json, in_markdown, on_one_line, visible
from tests.pipeline.conftest import Place, edumig, uis

FOLDER = "unesco_uis/2026-02"
# Clears the screen, sets the window's title, asks the terminal to type, turns the text round, goes back to the line's
# beginning, and the one-byte form of the first.
ATTACKS = ("\x1b[2J", "\x1b]0;owned\x07", "\x1b[6n", "\u202egnp.exe", "\x08\x08\x08ok", "\x9b2J", "\u2066", "\x7f")
ACTING = {sign for attack in ATTACKS for sign in attack if acts(sign)}
GOOD = "26637,KAZ,2018,13898,,"


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A warehouse of files that hold such texts wherever a file holds text: figures, codes, headings, footnotes, members."""
    folder = tmp_path_factory.mktemp("attacked")
    (folder / "raw").mkdir()
    place = Place(folder / "raw", folder / "warehouse")
    place.put(f"{FOLDER}/data.csv", uis([GOOD, *(f"26637,KAZ,{2000 + n},5{text},," for n, text in enumerate(ATTACKS))]))
    notes = [f"26637,KAZ,2018,Source,Data source{n},said {text} so" for n, text in enumerate(ATTACKS)]
    place.put(f"{FOLDER}/footnotes.csv", uis(notes, header="indicatorId,geoUnit,year,type,subtype,value"))
    for n, text in enumerate(ATTACKS):
        place.put(f"{FOLDER}/other-{n}.csv", f"a{text},b{text}\n1,2\n")
    return place


def test_refresh_names_what_is_bad_and_sends_no_command(attacked: Place) -> None:
    ran = attacked.refresh()
    assert ran.code == 1
    assert sorted(ACTING & {*ran.out, *ran.err}) == []
    assert r"'5\x1b[2J'" in ran.err
    assert r"columns a\u202egnp.exe" in ran.err


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("explain", "inbound_students", "KAZ", "2018"),
        ("query", "SELECT reason, raw_row_json FROM quarantine"),
        ("query", "SELECT footnote FROM footnotes"),
        ("query", "PIVOT (SELECT footnote FROM footnotes) ON footnote IN ('said \x1b[2J so') USING count(*)"),
    ],
    ids=lambda command: " ".join(command)[:40],
)
def test_what_is_asked_afterwards_sends_no_command_either(attacked: Place, command: tuple[str, ...]) -> None:
    attacked.refresh()
    ran = edumig(*command, "--warehouse", str(attacked.warehouse))
    assert r"\x1b[2J" in ran.out
    assert sorted(ACTING & {*ran.out, *ran.err}) == []


def test_as_json_the_text_is_exact_and_a_terminal_has_nothing_to_obey(attacked: Place) -> None:
    attacked.refresh()
    ran = edumig("explain", "inbound_students", "KAZ", "2018", "--json", "--warehouse", str(attacked.warehouse))
    said = {note["footnote"] for note in json.loads(ran.out)["footnotes"]}
    assert said == {f"said {text} so" for text in ATTACKS}
    assert sorted(ACTING & {*ran.out}) == []


def test_when_nothing_lands_the_reasons_send_no_command(place: Place) -> None:
    for n, text in enumerate(ATTACKS):
        place.put(f"{FOLDER}/other-{n}.csv", f"a{text},b\n1,2\n")
    ran = place.refresh()
    assert ran.code == 2
    assert sorted(ACTING & {*ran.err}) == []
    assert r"columns a\x1b[2J, b" in ran.err


def test_a_file_cannot_add_a_line_of_its_own_to_what_is_said(place: Place) -> None:
    place.put(f"{FOLDER}/data.csv", uis([GOOD, '26637,KAZ,2019,"5\nrefused: unesco_uis/2026-02: all of it",,']))
    lines = place.refresh().err.splitlines()
    assert [line for line in lines if line.startswith("refused")] == []
    assert any(r"5\nrefused: unesco_uis" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)>"),
        ("![](http://127.0.0.1/seen.png)", r"!\[\](http://127.0.0.1/seen.png)"),
        ("[here](javascript:alert(1))", r"\[here\](javascript:alert(1))"),
        ("a|b", r"a\|b"),
        ("a\\|b", r"a\\\|b"),
        ("a`b`", r"a\`b\`"),
        ("&lt;", r"\&lt;"),
        ("two\nlines", "two lines"),
        ("\x1b[2J", r"\\x1b\[2J"),
        ("R&D", "R&D"),
        ("inbound_students", "inbound_students"),
    ],
)
def test_a_cell_of_markdown_reads_the_same_and_is_no_markup(text: str, shown: str) -> None:
    assert in_markdown(text) == shown
    assert f"| {shown} |" in markdown_table(pl.DataFrame({"said": [text]}))


def test_texts_of_any_language_are_shown_as_they_are() -> None:
    for text in ("Қазақстан Республикасы", "كازاخستان", "哈萨克斯坦", "Côte d’Ivoire — 5 %", "🇰🇿"):
        assert visible(text) == on_one_line(text) == in_markdown(text) == in_json(text) == text
        assert not acts(text)


def test_findings_are_markdown_whatever_a_code_is_called(tmp_path: Path) -> None:
    place = Place(tmp_path / "raw", tmp_path / "warehouse")
    for release, value in (("2025-02", 5), ("2026-02", 6)):
        place.put(f"unesco_uis/{release}/data.csv", uis([GOOD, f"<script>alert(1)</script>|x,KAZ,2018,{value},,"]))
    place.refresh()
    page = (place.warehouse / "findings.md").read_text(encoding="utf-8")
    assert r"\<SCRIPT>ALERT(1)\</SCRIPT>\|X" in page
