"""SDMX-CSV files made for tests, in any of the format's forms, and what becomes of them.

Here: writing figures as the format has them and landing them. Not here: what is to come of it (`test_sdmx_csv…`).
"""

import csv
import io
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.ingest.validation import Outcome, Validator
from edumig_pipeline.sources.layout import Part
from edumig_pipeline.sources.oecd import SOURCE
from edumig_pipeline.sources.reading.rawfile import RawFile

FLOW = "OECD.EDU:DSD_S@DF_STUDENTS(1.1)"
DIMENSIONS = ("FREQ", "REF_AREA", "ORIGIN", "SEX", "AGE", "MEASURE", "UNIT_MEASURE")
ATTRIBUTES = ("OBS_STATUS", "CONF_STATUS", "UNIT_MULT")
NAMES = {
    "FREQ": "Frequency of observation",
    "REF_AREA": "Reference area",
    "ORIGIN": "Country of origin",
    "SEX": "Sex",
    "AGE": "Age",
    "MEASURE": "Measure",
    "UNIT_MEASURE": "Unit of measure",
    "TIME_PERIOD": "Time period",
    "OBS_VALUE": "Observation value",
    "OBS_STATUS": "Observation status",
    "CONF_STATUS": "Confidentiality status",
    "UNIT_MULT": "Unit multiplier",
}
# One figure as it is published.
FIGURE = {
    "FREQ": "A",
    "REF_AREA": "DEU",
    "ORIGIN": "KAZ",
    "SEX": "F",
    "AGE": "Y25T29",
    "MEASURE": "ENRL",
    "UNIT_MEASURE": "PS",
    "TIME_PERIOD": "2019",
    "OBS_VALUE": "127",
    "OBS_STATUS": "A",
    "CONF_STATUS": "F",
    "UNIT_MULT": "0",
}


@dataclass(frozen=True)
class Form:
    """A way to write SDMX-CSV."""

    version: int = 2
    labels: str = "none"  # none; name: a column of their own; blank: that column without a heading; both: behind the code
    lower: bool = False
    end: str = "\n"
    bom: bool = False
    delimiter: str = ","
    attributes: tuple[str, ...] = ATTRIBUTES
    action: bool = True


FORMS = [
    Form(version, labels, lower, end, bom, delimiter)
    for version, labels in ((1, "none"), (1, "both"), (2, "none"), (2, "name"), (2, "blank"), (2, "both"))
    for lower, (end, bom, delimiter) in itertools.product((False, True), (("\n", False, ","), ("\r\n", True, ";")))
]


def text_of(figures: Sequence[Mapping[str, str]], form: Form = Form()) -> str:
    """The figures as SDMX-CSV of this form; a figure may say its own STRUCTURE, STRUCTURE_ID and ACTION."""
    components = (*DIMENSIONS, "TIME_PERIOD", "OBS_VALUE", *form.attributes)
    apart = form.labels in ("name", "blank")
    if form.version == 1:
        leading = ["DATAFLOW", "LAST UPDATE"]
    else:
        leading = ["STRUCTURE", "STRUCTURE_ID", *(["STRUCTURE_NAME"] if apart else []), *(["ACTION"] if form.action else [])]
    header, rows = [*leading], [_leading(figure, leading, form) for figure in figures]
    for name in components:
        spelled = name.lower() if form.lower and name in DIMENSIONS else name
        header.append(f"{spelled}: {NAMES.get(name, name)}" if form.labels == "both" else spelled)
        for row, figure in zip(rows, figures, strict=True):
            said = figure.get(name, "")
            row.append(f"{said}: Label of {said}, or so" if form.labels == "both" and said and name != "OBS_VALUE" else said)
        if apart:
            header.append("" if form.labels == "blank" else NAMES.get(name, name))
            for row, figure in zip(rows, figures, strict=True):
                row.append("" if name in ("TIME_PERIOD", "OBS_VALUE") else f"Label of {figure.get(name, '')}")
    stream = io.StringIO()
    csv.writer(stream, delimiter=form.delimiter, lineterminator=form.end).writerows([header, *rows])
    return ("\ufeff" if form.bom else "") + stream.getvalue()


def _leading(figure: Mapping[str, str], leading: Sequence[str], form: Form) -> list[str]:
    flow = figure.get("STRUCTURE_ID", FLOW)
    said = {
        "DATAFLOW": f"{flow}: Students" if form.labels == "both" else flow,
        "LAST UPDATE": "22/05/26 11:00:00",
        "STRUCTURE": figure.get("STRUCTURE", "dataflow" if form.lower else "DATAFLOW"),
        "STRUCTURE_ID": f"{flow}: Students" if form.labels == "both" else flow,
        "STRUCTURE_NAME": "Students, by origin",
        "ACTION": figure.get("ACTION", "I"),
    }
    return [said[name] for name in leading]


def part_of(folder: Path, text: str) -> Part:
    path = folder / "download.csv"
    path.write_bytes(text.encode())
    (layout,) = SOURCE.layouts
    parts = layout.parts(RawFile(path, "oecd/2024/download.csv"))
    assert parts is not None
    (part,) = parts
    return part


def landed(folder: Path, text: str) -> Outcome:
    part = part_of(folder, text)
    (batch,) = part.records()
    kept = batch.records.filter(pl.col("exclusion").is_null())
    return Validator(part, "oecd/2024/download.csv", FoundRelease(SOURCE.id, "2024", ())).validate(kept)


def observed(folder: Path, *figures: Mapping[str, str], form: Form = Form()) -> list[dict[str, Any]]:
    """The observations the figures become; none may end elsewhere."""
    outcome = landed(folder, text_of([{**FIGURE, **figure} for figure in figures], form))
    assert outcome.failures.to_dicts() == []
    return outcome.valid["observations"].sort("raw_row").to_dicts()


def failed(folder: Path, **figure: str) -> dict[str, Any]:
    """The failure a figure becomes."""
    (failure,) = landed(folder, text_of([{**FIGURE, **figure}])).failures.to_dicts()
    return failure
