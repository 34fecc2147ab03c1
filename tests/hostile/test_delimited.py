"""Delimited text that once ended a refresh, or kept it busy for minutes, is refused by name, and all else lands.

Here: what mutated files found, by name. Not here: mutations by the thousand (`test_mutations`), or extremes that any layout could
have (`test_extremes`).
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from edumig_pipeline.sources.reading import csv_records, text_grid
from tests.hostile.samples import Sample, samples
from tests.hostile.trial import landed, put

SDMX = samples()["built:eurostat_sdmx_csv:estat_educ_uoe_mobs02.csv"]
SHEET = samples()["built:undesa_ims_destination:stock.csv"]
UIS = samples()["shipped:uis_data_browser:data.csv"]


def refusal(folder: Path, sample: Sample, content: str) -> str:
    """Why a file is refused in the folder of a sample's source; the sample itself lands beside it."""
    files = {"bad.csv": content.encode(), f"good/{sample.name}": sample.content}
    tables = landed(folder, put(folder, sample.source, files))
    assert not tables.observations.is_empty()
    ((name, why),) = tables.refusals.items()
    assert name == "bad.csv"
    return why


def _with_columns(sample: Sample, change: Sequence[int]) -> str:
    """The sample with its columns in another order."""
    rows = [line.split(",") for line in sample.content.decode().splitlines()]
    return "".join(",".join(row[at] for at in change) + "\n" for row in rows)


@pytest.mark.parametrize("behind", [1, 3])
def test_sdmx_csv_whose_structure_stands_behind_a_dimension_is_refused(tmp_path: Path, behind: int) -> None:
    """The refresh ended with KeyError: DATAFLOW, and nothing at all was published."""
    header = SDMX.content.decode().splitlines()[0].split(",")
    assert header[:2] == ["STRUCTURE", "STRUCTURE_ID"]
    order = list(range(len(header)))
    order.insert(behind + 3, order.pop(1))
    why = refusal(tmp_path, SDMX, _with_columns(SDMX, order))
    assert why == "sdmx_csv: DATAFLOW, or STRUCTURE and STRUCTURE_ID, are expected before the dimensions"


def test_sdmx_csv_of_hundreds_of_attributes_is_refused(tmp_path: Path) -> None:
    """Each attribute is a remark of its own: 5,000 of them took minutes."""
    header, *rows = SDMX.content.decode().splitlines()
    more = [header + "".join(f",C{n}" for n in range(500)), *(row + "," * 500 for row in rows)]
    assert "no dataflow has so many components" in refusal(tmp_path, SDMX, "\n".join(more) + "\n")


def test_a_sheet_as_text_that_would_be_padded_to_millions_of_cells_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Short records are filled up to the widest: one of a million fields among thousands filled the memory."""
    monkeypatch.setattr(text_grid, "_MOST_CELLS", 100_000)
    last = "\t" * 15_000 if b"\t" in SHEET.content else "," * 15_000
    assert "fields: no sheet is that large" in refusal(tmp_path, SHEET, SHEET.content.decode() + last + "\n")


def test_a_table_of_nothing_but_short_records_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each was kept to the end: 50 million of them filled the memory."""
    monkeypatch.setattr(csv_records, "_MOST_MALFORMED", 50)
    header = UIS.content.decode().splitlines()[0]
    assert "more than 50 records, and most that were read, do not split into the 6 columns" in refusal(
        tmp_path, UIS, header + "\n" + "x\n" * 60
    )


def test_a_table_with_many_short_records_among_more_whole_ones_lands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "_MOST_MALFORMED", 50)
    header = UIS.content.decode().splitlines()[0]
    rows = "".join(f"26637,KAZ,{1950 + n},1,,\n26637,NAM,{1950 + n},1,,\nx\n" for n in range(70))
    tables = landed(tmp_path, put(tmp_path, UIS.source, {"data.csv": f"{header}\n{rows}".encode()}))
    assert tables.row_ledger.select("rows_read", "rows_published", "rows_quarantined").rows() == [(210, 140, 70)]


def test_a_header_of_a_hundred_thousand_columns_is_named_in_short(tmp_path: Path) -> None:
    """To find the ones that stand twice took minutes, and the message had a megabyte."""
    header = UIS.content.decode().splitlines()[0]
    for more in (",c" * 100_000, "".join(f",c{n}" for n in range(4_000))):
        folder = tmp_path / str(len(more))
        folder.mkdir()
        why = refusal(folder, UIS, header + more + "\n")
        assert why.startswith("known_layout: no layout of unesco_uis fits")
        assert len(why) < 10_000


def test_what_many_columns_are_compared_with_says_how_many_there_are(tmp_path: Path) -> None:
    header = UIS.content.decode().splitlines()[0]
    why = refusal(tmp_path, UIS, header + "".join(f",c{n}" for n in range(4_000)) + "\n")
    assert "has unexpected c0, c1, " in why
    assert "c19 and 3,980 more" in why
