"""What a publisher's layout is, and what reading a file by it yields.

Belongs here: the types every source module speaks. Does not belong here: any publisher's knowledge, or what becomes of
the rows (`ingest/`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from edumig_pipeline.sources.rawfile import RawFile

# Columns every frame of records carries beside the publisher's own, which are text exactly as read:
# raw_row (Int32, NOT NULL), raw_column (String), exclusion (String: why the record is left out; NULL keeps it).
PLACE = ("raw_row", "raw_column")


class RefusedError(Exception):
    """A file, member or sheet that cannot be read at all: the rule it breaks and what was found, for a person to act on."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


@dataclass(frozen=True)
class Malformed:
    """A record that has not even the shape of one; it goes to quarantine as it stands."""

    raw_row: int
    rule: str
    reason: str
    text: str


@dataclass(frozen=True)
class Batch:
    """Up to about a million records in file order, and those that could not be split into columns."""

    records: pl.DataFrame
    malformed: tuple[Malformed, ...] = ()


# Turns a frame of records into candidate rows of a table: same height, same order. Candidates for observations carry
# the table's columns but for source, dataset, release, raw_file, period_start and period_end, and beside them
# published_value and published_period (text as published; '' where there is none or the publisher's mark says that there
# is no figure), undated (bool) and area_name.
Harmonise = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Part:
    """A file, or one member or sheet of it, recognised: how to read it and in which tables its rows land.

    `member` is '' for a whole file, else what follows the # in raw_file. `records` reads the part anew at every call.
    A row is published in all the tables of `lands` or in none.
    """

    member: str
    dataset: str
    lands: Mapping[str, Harmonise]
    records: Callable[[], Iterator[Batch]]


class Layout(Protocol):
    """One layout a publisher uses, recognised by content."""

    @property
    def name(self) -> str:
        """Name in `raw_files.layout`, e.g. uis_data_browser."""

    @property
    def header(self) -> tuple[str, ...]:
        """Columns of a delimited file of this layout; empty for other kinds of file."""

    @property
    def expects(self) -> str:
        """What a file of this layout holds, for the message that refuses one."""

    def parts(self, file: RawFile) -> list[Part] | None:
        """The file's parts, or None when it is not of this layout.

        Raises RefusedError for a file that is of this layout but cannot be read by it.
        """


@dataclass(frozen=True)
class Source:
    """A publisher: who it is and the layouts its files come in."""

    id: str
    publisher: str
    url: str
    description: str
    layouts: tuple[Layout, ...]
