"""Whether the newest release of a download is as new as its publisher's cadence lets one expect.

Belongs here: that comparison. Does not belong here: asking the publisher (`fetch`).
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from edumig_pipeline.sources.downloads import Cadence, Download

if TYPE_CHECKING:
    from edumig_pipeline.retrieval.shelf import Release

PATIENCE = 1.5  # spans of the cadence: publishers are late by weeks without anything being wrong


def overdue(downloads: Iterable[Download], releases: Iterable["Release"], today: date) -> dict[str, str]:
    """By download, a sentence for each whose next release should have been here by now.

    A download of which there is no dated release yet is not overdue: that it was fetched is another check.
    """
    newest: dict[str | None, date] = {}
    for release in releases:
        if day := _day(release.published):
            newest[release.download] = max(day, newest.get(release.download, day))
    found = {}
    for download in downloads:
        if not (day := newest.get(download.id)):
            continue
        due = next_due(day, download.cadence)
        if today > due:
            found[download.id] = (
                f"{download.id}: the newest release is of {day}; with one every {download.cadence.value} "
                f"the next was to be here by {due}, and today is {today}"
            )
    return found


def next_due(newest: date, cadence: Cadence) -> date:
    """The last day on which the release after one of `newest` is in time."""
    return newest + timedelta(days=round(cadence.span.days * PATIENCE))


def _day(published: str) -> date | None:
    """The first day of YYYY[-MM[-DD]]; None for anything else."""
    try:
        return date.fromisoformat(f"{published}-01-01"[:10])
    except ValueError:
        return None
