"""A layout that is one table with a header line, told by the names of its columns, in a delimited file or on a sheet.

Belongs here: matching headers and naming columns. Does not belong here: any publisher's columns.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from edumig_pipeline.sources.layout import Harmonise, Part
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch


def as_published(name: str) -> str:
    """A column's name as it stands."""
    return name


@dataclass(frozen=True)
class TableLayout:
    """A table whose columns are `header`, in any order, and of `optional` some, all or none; none but these.

    `spelling` gives a published column the name it has here, for publishers that change a name's spelling between
    releases. Optional columns that are absent are read as blank. `footer` matches the lines below the table. Columns in `coded`
    say few things many times, so that a full release is harmonised by looking each thing up once.
    """

    name: str
    header: tuple[str, ...]
    lands: Mapping[str, Harmonise]
    dataset: Callable[[RawFile], str]
    optional: tuple[str, ...] = ()
    spelling: Callable[[str], str] = as_published
    footer: re.Pattern[str] | None = None
    remarks: tuple[Harmonise, ...] = ()
    coded: tuple[str, ...] = ()

    @property
    def expects(self) -> str:
        """The columns, for the message that refuses a file."""
        more = f", and maybe {', '.join(self.optional)}" if self.optional else ""
        return f"columns {', '.join(self.header)}{more}"

    def parts(self, file: RawFile) -> list[Part] | None:
        """The table, or None when the file's first record is another header."""
        found = [self.spelling(name) for name in file.header]
        known = {*self.header, *self.optional}
        if len(set(found)) != len(found) or not set(self.header) <= set(found) <= known:
            return None
        return [Part("", self.dataset(file), self.lands, partial(self._records, file), self.remarks)]

    def _records(self, file: RawFile) -> Iterator[Batch]:
        coded = [name for name in file.header if self.spelling(name) in self.coded]
        for batch in file.records(footer=self.footer, coded=coded):
            records = batch.records.rename({name: self.spelling(name) for name in file.header})
            absent = [pl.lit("").alias(name) for name in self.optional if name not in records.columns]
            yield Batch(records.with_columns(absent), batch.malformed)
