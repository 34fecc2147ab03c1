"""Files of UNESCO UIS made for tests, and what becomes of them.

Here: writing records and landing them. Not here: what is to come of it (`test_unesco_uis…`).
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.ingest.validation import Outcome, Validator
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.unesco_uis.source import SOURCE

ROOT = Path(__file__).resolve().parents[2]
LABELS = ROOT.parent / "shared" / "data" / "unesco_uis" / "bdds" / "OPRI_LABEL.csv"

RELEASE = FoundRelease(SOURCE.id, "2026-02", ())
BROWSER = ("indicatorId", "geoUnit", "year", "value", "qualifier", "magnitude")
BDDS = ("INDICATOR_ID", "COUNTRY_ID", "YEAR", "VALUE", "MAGNITUDE", "QUALIFIER")
FOOTNOTES = ("indicatorId", "geoUnit", "year", "type", "subtype", "value")
LABEL = ("INDICATOR_ID", "INDICATOR_LABEL_EN")


def landed(
    folder: Path, header: Sequence[str], rows: Iterable[Sequence[str]], name: str = "data.csv"
) -> tuple[str, str, Outcome]:
    """Layout, dataset and outcome of a file of these rows."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    raw_file = f"unesco_uis/2026-02/{name}"
    raw = RawFile(path, raw_file)
    ((layout, (part,)),) = [(layout, parts) for layout in SOURCE.layouts if (parts := layout.parts(raw)) is not None]
    (batch,) = part.records()
    return layout.name, part.dataset, Validator(part, raw_file, RELEASE).validate(batch.records)


def browser(folder: Path, *rows: Sequence[str]) -> Outcome:
    """Outcome of records of data.csv: indicatorId, geoUnit, year, value, qualifier, magnitude."""
    _, _, outcome = landed(folder, BROWSER, rows)
    return outcome


def by_row(outcome: Outcome, *columns: str) -> dict[int, tuple[object, ...]]:
    rows = outcome.valid["observations"].select("raw_row", *columns).rows()
    return {number: tuple(values) for number, *values in rows}
