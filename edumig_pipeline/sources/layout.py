"""What a publisher's layout is, and what reading a file by it yields.

Belongs here: the types every source module speaks. Does not belong here: any publisher's knowledge, or what becomes of
the rows (`ingest/`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from edumig_pipeline.sources.downloads import Bounds, Cadence, Download
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch

# Turns a frame of records into candidate rows of a table: same height, same order. Candidates for observations carry
# the table's columns but for source, dataset, release, raw_file, period_start and period_end, and beside them
# published_value and published_period (text as published; '' where there is none or the publisher's mark says that there
# is no figure), undated (bool), area_name and, where the publisher names the other end too, counterpart_name.
Harmonise = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Part:
    """A file, or one member or sheet of it, recognised: how to read it and in which tables its rows land.

    `member` is '' for a whole file, else what follows the # in raw_file. `records` reads the part anew at every call.
    A row is published in all the tables of `lands` or in none. `remarks` are candidates for `footnotes` on what the
    same records say; a record without one has NULL as `footnote`.
    """

    member: str
    dataset: str
    lands: Mapping[str, Harmonise]
    records: Callable[[], Iterator[Batch]]
    remarks: tuple[Harmonise, ...] = ()


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
class AcademicCalendar:
    """Which indicators of a publisher say when a country's academic year begins and ends: their published codes.

    Months are 1 to 12. Where the years are not given, the year ends in the year that labels it.
    """

    start_month: str
    end_month: str
    start_year: str
    end_year: str


@dataclass(frozen=True)
class Source:
    """A publisher: who it is, the layouts its files come in, and what it offers for download.

    `area_prefix` stands, with a colon, before the publisher's own codes of areas that ISO 3166 does not have. `bounds` are
    those within which a new release is expected to part from the one before it.
    """

    id: str
    publisher: str
    url: str
    description: str
    area_prefix: str
    layouts: tuple[Layout, ...]
    calendar: AcademicCalendar | None = None
    downloads: tuple[Download, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def cadence(self) -> Cadence | None:
        """How often the most frequent of its downloads is renewed; None when nothing of it can be fetched."""
        return min((download.cadence for download in self.downloads), key=lambda cadence: cadence.span, default=None)
