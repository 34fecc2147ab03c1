"""What the tests of IOM's layouts share: writing a small file and seeing what the layouts make of it."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from edumig_pipeline.ingest.inventory import FoundFile, FoundRelease
from edumig_pipeline.ingest.recognition import Recognised, Refused, recognise
from edumig_pipeline.ingest.validation import Validator
from edumig_pipeline.sources.iom.source import SOURCE

RELEASE = FoundRelease(SOURCE.id, "2026-05-06", ())


@dataclass(frozen=True)
class Landed:
    """What became of a file.

    Its layout and dataset, the rows read (excluded ones too), what the others became, and the names of areas by code.
    """

    layout: str
    dataset: str
    read: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    remarks: pl.DataFrame
    failures: pl.DataFrame
    area_names: dict[str, str]

    def rows(self, *columns: str, table: str = "observations") -> list[tuple[Any, ...]]:
        """Valid rows of a table."""
        return self.tables[table].select(columns).rows()

    @property
    def values(self) -> list[float | None]:
        """Values of the valid observations."""
        return self.tables["observations"]["obs_value"].to_list()

    @property
    def broken(self) -> list[tuple[int, str]]:
        """Row and rule of what goes to quarantine."""
        return self.failures.select("raw_row", "rule").rows()


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """Write a CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def write_json(path: Path, value: object) -> Path:
    """Write JSON as the API does."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def recognised(path: Path) -> list[Recognised | Refused]:
    """What the layouts of IOM make of a file, its members and sheets."""
    found = FoundFile(path, f"iom/2026-05-06/{path.name}", "", path.stat().st_size)
    return list(recognise(found, SOURCE.id, {SOURCE.id: SOURCE}, path.parent))


def refusal(path: Path) -> str:
    """Rule and reason for which a file is refused."""
    (found,) = recognised(path)
    assert isinstance(found, Refused)
    return str(found.why)


def landed(path: Path) -> Landed:
    """What became of a file that is one table."""
    (found,) = recognised(path)
    assert isinstance(found, Recognised), found
    batches = list(found.part.records())
    assert not any(batch.malformed for batch in batches)
    read = pl.concat([batch.records for batch in batches])
    outcome = Validator(found.part, found.raw_file, RELEASE).validate(read.filter(pl.col("exclusion").is_null()))
    tables, names = dict(outcome.valid), dict(outcome.area_names.rows())
    return Landed(found.layout, found.part.dataset, read, tables, outcome.remarks, outcome.failures, names)
