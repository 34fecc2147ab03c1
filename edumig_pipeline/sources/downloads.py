"""What a publisher offers for download, and what a release of it consists of: the types every source module speaks.

Belongs here: offers, plans and requests. Does not belong here: any publisher's addresses (the source modules), or HTTP
(`retrieval/`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class Cadence(StrEnum):
    """How often a publisher brings out a release, as ISO 8601 durations."""

    WEEK = "P1W"
    QUARTER = "P3M"
    HALF_YEAR = "P6M"
    YEAR = "P1Y"
    SEVERAL_YEARS = "P4Y"

    @property
    def span(self) -> timedelta:
        """The time between two releases, about."""
        days = {"P1W": 7, "P3M": 92, "P6M": 183, "P1Y": 365, "P4Y": 1461}
        return timedelta(days[self.value])


# The media types servers give archives.
ZIP = ("application/zip", "application/x-zip-compressed", "application/octet-stream")


class ReplyError(Exception):
    """A publisher answered with something else than what its interface promises."""


class Web(Protocol):
    """What a plan may ask a publisher before anything is downloaded."""

    def ask(self, url: str) -> object:
        """The JSON value at `url`; raises an error that says what went wrong when there is none."""

    def exists(self, url: str) -> bool:
        """Whether there is something at `url`; raises an error when that cannot be told."""


@dataclass(frozen=True)
class Request:
    """One file of a release: where it is, and the name it gets in the release folder.

    `kinds` are the media types it may come as; `blank` says that it may come without records, as long as the release has
    some. `smaller` is asked when the publisher answers HTTP 400: given what it said,
    the requests that together bring the same in smaller pieces; none when it said something else, or no less can be asked.
    """

    url: str
    file: str
    kinds: tuple[str, ...]
    blank: bool = False
    smaller: Callable[[str], tuple["Request", ...]] = field(default=lambda _: (), compare=False)


@dataclass(frozen=True)
class Plan:
    """What to request for the release that is the newest now.

    `release` names its folder and `published` is its date, YYYY[-MM[-DD]]; where the publisher tells neither, both are
    taken from the Last-Modified of what comes, else from the day it came. `settled` says that what has this name never
    changes, so that a release that is there already need not be asked for again.
    """

    requests: tuple[Request, ...]
    release: str | None = None
    published: str | None = None
    settled: bool = False

    def __post_init__(self) -> None:
        """Raise ReplyError for a name that a publisher gave and no folder or file may have, or a date that is none."""
        names = [self.release or "unnamed", *(request.file for request in self.requests)]
        if odd := [name for name in names if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name)]:
            raise ReplyError(f"{odd[0]!r} is no name of a release or a file")
        if self.published and not re.fullmatch(r"\d{4}(-\d\d){0,2}", self.published):
            raise ReplyError(f"{self.published!r} is no date of a release")


@dataclass(frozen=True)
class Key:
    """A secret that a publisher wants with each request: the environment variable it is in, and the header it goes to."""

    variable: str
    header: str
    where: str  # where one gets it


@dataclass(frozen=True)
class Download:
    """A publisher's download: where it is, under which terms, how often it is renewed, and how a release is brought.

    `address` is the catalogue's: what a plan fills in stands in braces. `citation` is the publisher's wording, `{retrieved}`
    standing for the day. Each file must be of one of `layouts`, and have records, to be taken. `coverage` is release.toml's.
    `hosts` are others that the publisher may send a request on to, `max_bytes` bounds each file, `pause` is how many seconds
    the publisher wants between two requests. `as_browser` is for publishers whose servers answer browsers alone.
    """

    id: str
    title: str
    address: str
    licence: str
    citation: str
    cadence: Cadence
    layouts: tuple[str, ...]
    plan: Callable[[Web], Plan]
    max_bytes: int
    coverage: str = "full"
    hosts: tuple[str, ...] = ()
    key: Key | None = None
    pause: float = 0.0
    as_browser: bool = False


@dataclass(frozen=True)
class Bounds:
    """How far a new release may part from the one before it before somebody should look: shares of the older one's rows.

    The defaults are wide enough for what was seen: UIS's release of February 2026 revised 14% of the figures of the one a
    year before.
    """

    gained: float = 0.5
    lost: float = 0.05
    revised: float = 0.3
