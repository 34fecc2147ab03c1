"""What UN DESA says about its figures: types of data, notes, asterisks, and which groups an area belongs to.

Here: workbooks made for the purpose, laid out as the publisher's. Not here: the figures themselves (`test_un_desa`).
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from tests.unit.un_desa_books import (
    KAZAKHSTAN,
    OF_2019,
    OF_2020,
    Cell,
    Grid,
    Row,
    land,
    raw_file,
    sheet,
)

# Types of data, notes and asterisks


def test_the_type_of_data_is_a_remark_on_each_figure(tmp_path: Path) -> None:
    rows = [
        (number, f"Area {code}", None, code, kind, 1, 2, "..", 4, 5, 6)
        for number, (code, kind) in enumerate([(398, "B R "), (417, "CR"), (860, "C B"), (762, "I R"), (795, None)])
    ]
    landed = land(tmp_path, {"Table 1": sheet(OF_2020, rows)})
    said = landed.footnotes.filter(footnote_type="Type of data")
    assert said.height == 24
    assert dict(said.select("ref_area", "footnote_subtype").unique().iter_rows()) == {
        "KAZ": "B R ",
        "KGZ": "CR",
        "UZB": "C B",
        "TJK": "I R",
    }
    texts = dict(said.select("ref_area", "footnote").unique().iter_rows())
    assert texts["KAZ"] == "The data count people born abroad as migrants. Refugees were added to them."
    assert texts["KGZ"] == "The data count foreign citizens as migrants. Refugees were added to them."
    assert texts["UZB"] == "The data count people born abroad or foreign citizens as migrants."
    assert "imputed" in texts["TJK"]
    key = ["indicator", "ref_area", "counterpart_area", "sex", "breakdown", "time_period"]
    assert said.join(landed.observations, on=key).height == 24
    statuses = landed.observations.filter(pl.col("obs_status") != "O").select("ref_area", "obs_status", "source_status").unique()
    assert {area: tuple(rest) for area, *rest in statuses.iter_rows()} == {
        "KAZ": ("A", "B R "), "KGZ": ("A", "CR"), "UZB": ("A", "C B"), "TJK": ("I", "I R"), "TKM": ("A", ""),
    }  # fmt: skip


def test_a_type_of_data_nobody_declared_goes_to_quarantine(tmp_path: Path) -> None:
    landed = land(tmp_path, {"Table 1": sheet(OF_2020, [KAZAKHSTAN, (2, "Kyrgyzstan", None, 417, "X", 1, 2, "..", 4, 5, 6)])})
    assert landed.ledger == {raw_file("Table 1"): (12, 7, 5, 0, None)}
    assert "type of data X" in landed.quarantine["reason"][0]


NOTES_2020: Grid = [
    [None, "International Migrant Stock 2020: Destination"],
    [None, "Notes"],
    [None, "Copyright"],
    [None, "Notes"],
    [None, "* For country notes, see", "https://example.org"],
    [None, "Years given refer to 1 July."],
    [3, "Sudan and South Sudan together."],
]
NOTES_2019: Grid = [
    ["United Nations"],
    [None, "NOTES"],
    [],
    ["NOTES"],
    ["*", "No opinion."],
    ["(b)", "Regions."],
    ["(3)", "Isles."],
]
STARRED: Row = (1, "  Sudan*", 3, 729, "B", 1, 2, 3, 4, 5, 6)


def test_every_line_of_the_notes_lands(tmp_path: Path) -> None:
    landed = land(tmp_path, {"Notes": NOTES_2020, "Table 1": sheet(OF_2020, [KAZAKHSTAN])})
    assert landed.quarantine.is_empty()
    assert landed.ledger[raw_file("Notes")] == (7, 3, 0, 4, "4 rows above the notes")
    notes = landed.footnotes.filter(pl.col("raw_file") == raw_file("Notes")).sort("raw_row")
    assert notes.select("footnote_subtype", "footnote", "raw_row").rows() == [
        ("*", "* For country notes, see https://example.org", 5),
        (None, "Years given refer to 1 July.", 6),
        ("3", "Sudan and South Sudan together.", 7),
    ]
    assert notes.select("indicator", "ref_area", "counterpart_area", "sex", "time_period", "footnote_type").unique().rows() == [
        ("_T", "_T", "_T", "_T", None, "Note")
    ]


@pytest.mark.parametrize(
    ("notes", "marker", "text"),
    [
        (NOTES_2020, 3, "Sudan and South Sudan together."),
        (NOTES_2019, 3, "Isles."),
        (NOTES_2019, "(3)", "Isles."),
        (NOTES_2019, "b", "Regions."),
        (NOTES_2019, "b, 3", "Regions. Isles."),
    ],
)
def test_a_marker_brings_the_text_of_its_note_to_each_figure(tmp_path: Path, notes: Grid, marker: Cell, text: str) -> None:
    landed = land(tmp_path, {"Notes": notes, "Table 1": sheet(OF_2020, [(*STARRED[:2], marker, *STARRED[3:])])})
    remarks = landed.footnotes.filter(pl.col("ref_area") == "SDN", footnote_type="Note")
    said = remarks.group_by("footnote_subtype", "footnote").len()
    star = "No opinion." if notes is NOTES_2019 else "* For country notes, see https://example.org"
    assert set(said.rows()) == {("*", star, 6), (str(marker), text, 6)}
    assert landed.area_names.is_empty()


def test_a_marker_without_a_note_says_so(tmp_path: Path) -> None:
    landed = land(tmp_path, {"Table 1": sheet(OF_2020, [STARRED])})
    said = landed.footnotes.filter(footnote_type="Note", footnote_subtype="3")["footnote"].unique().to_list()
    assert said == ["Refers to the publisher's note 3, which this file does not hold."]


def test_an_em_dash_is_a_figure_that_rounds_to_zero(tmp_path: Path) -> None:
    landed = land(tmp_path, {"Table 1": sheet(OF_2020, [(1, "Kazakhstan", None, 398, "B", "—", 2, 3, 4, 5, 6)])})
    assert landed.values("obs_value", "obs_status", "source_status")[0] == (0.0, "N", "—")


# The classification of areas


def annex(rows: Sequence[Row], *groups: str) -> Grid:
    title = "ANNEX. Classification of countries and areas by major area and region"
    headings = ["Index", "Region, subregion, country or area", "Notes", "Code", "Type of data", *groups]
    return [[None, None, None, None, None, title], [], headings, *rows]


def test_flags_of_the_annex_are_memberships_of_groups(tmp_path: Path) -> None:
    rows: list[Row] = [
        (1, "WORLD", None, 900, None, None, None),
        (2, "Eastern Africa", None, 910, None, None, "Y"),
        (3, "  Kenya *", None, 404, "B", "Y", "Y"),
    ]
    grid = annex(rows, "Lower-middle-income Countries", "Sub-Saharan Africa")
    landed = land(tmp_path, {"Table 1": sheet(OF_2019, [KAZAKHSTAN]), "ANNEX": grid})
    assert landed.ledger[raw_file("ANNEX")] == (6, 3, 0, 3, "3 blank cells")
    found = landed.source_areas.sort("raw_row", "raw_column")
    assert found.select("source_area", "label", "area", "parent_area", "raw_row", "raw_column", "dataset").rows() == [
        ("910", "Eastern Africa", "desa:910", "desa:947", 5, "G", "ims_destination"),
        ("404", "Kenya", "KEN", "desa:1501", 6, "F", "ims_destination"),
        ("404", "Kenya", "KEN", "desa:947", 6, "G", "ims_destination"),
    ]


def test_flags_and_groups_of_the_annex_that_nobody_knows(tmp_path: Path) -> None:
    rows = [(1, "Kenya", None, 404, "B", "N")]
    landed = land(
        tmp_path,
        {
            "Table 1": sheet(OF_2019, [KAZAKHSTAN]),
            "ANNEX": annex(rows, "Sub-Saharan Africa"),
            "ANNEX 2": annex(rows, "Rich Countries"),
            "ANNEX 3": annex([(1, "Kenya", None, 404, "B")]),
        },
    )
    assert landed.quarantine.filter(pl.col("raw_row").is_not_null())["rule"].to_list() == ["known_parent_area"]
    refusals = landed.refusals()
    assert "column F of the classification, 'Rich Countries'" in refusals[raw_file("ANNEX 2")]
    assert "has no column headed by" in refusals[raw_file("ANNEX 3")]
