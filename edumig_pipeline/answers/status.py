"""What state a published warehouse is in: what it holds, how fresh that is, what did not land, how runs ended.

Belongs here: gathering it. Does not belong here: when a release is late (`retrieval/timeliness`), or showing it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from edumig_pipeline.answers.opening import Published, Row
from edumig_pipeline.journal import EndedRun, Journal
from edumig_pipeline.model.codes import VERDICT_RANK
from edumig_pipeline.retrieval.timeliness import next_due
from edumig_pipeline.sources.downloads import Cadence
from edumig_pipeline.warehouse import Warehouse


@dataclass(frozen=True)
class Status:
    """The state of a warehouse; lists are as the SQL files of their questions say."""

    path: str
    built: datetime
    observations: int
    releases: list[Row]
    freshness: list[Row]
    quarantined: list[Row]
    refused: list[Row]
    ledger: dict[str, Any]
    verdicts: dict[str, int]
    reconciliation: list[Row]
    runs: list[Row]

    @property
    def clean(self) -> bool:
        """Whether every row and every file landed."""
        return not self.quarantined and not self.refused


def status(published: Published, today: date) -> Status:
    """The state of the warehouse on that day."""
    releases = published.ask("releases_held")
    ((ledger),) = published.ask("ledger_totals")
    verdicts = published.ask("verdict_counts", rank=list(VERDICT_RANK))
    return Status(
        path=str(published.link.absolute()),
        built=published.built,
        observations=sum(release["rows"] for release in releases),
        releases=[{name: value for name, value in release.items() if name != "cadence"} for release in releases],
        freshness=_freshness(releases, today),
        quarantined=published.ask("quarantined_rows"),
        refused=published.ask("refused_files"),
        ledger=ledger,
        verdicts={row["verdict"]: row["claims"] for row in verdicts},
        reconciliation=published.ask("reconciliation_counts"),
        runs=[_run(run) for run in Journal(Warehouse(published.link.parent).runs).recent()],
    )


def _run(run: EndedRun) -> Row:
    """A run of the journal: the last that published, or one that ended after it."""
    names = ("run_id", "outcome", "started", "finished", "duration_seconds", "repeated", "last_repeated", "started_by", "message")
    return {name: getattr(run, name) for name in names}


def _freshness(releases: list[Row], today: date) -> list[Row]:
    """Of each source its newest release of what it renews, its cadence, and whether a newer one should be here by now.

    Where nothing is renewed, as of an article, a release is neither in time nor late.
    """
    # They come in the order of their dates; what is renewed says more than what is not.
    newest = {release["source"]: release for release in sorted(releases, key=lambda release: release["cadence"] is not None)}
    found = []
    for source, release in sorted(newest.items()):
        due = next_due(release["released"], Cadence(release["cadence"])) if release["cadence"] else None
        found.append(
            {
                "source": source,
                "newest_release": release["release"],
                "released": release["released"],
                "cadence": release["cadence"],
                "next_due": due,
                "in_time": None if due is None else today <= due,
            }
        )
    return found
