"""How often a publisher is looked at, and when somebody should hear that it was not: what follows from its cadence.

Belongs here: that rule, for schedules and freshness policies alike. Does not belong here: how often a publisher renews what
it offers (`sources/`).
"""

from dataclasses import dataclass
from datetime import timedelta

import dagster as dg

from edumig_pipeline.sources.downloads import Cadence

_WARN_AFTER, _FAIL_AFTER = 1.5, 2.5  # intervals: one look was missed and the next is near; two were, and the third is near


@dataclass(frozen=True)
class Look:
    """When a publisher is looked at (cron, UTC), and the longest time between two looks."""

    cron: str
    interval: timedelta

    @property
    def freshness(self) -> dg.FreshnessPolicy:
        """Warns when one look was missed, fails when two were."""
        return dg.FreshnessPolicy.time_window(
            warn_window=self.interval * _WARN_AFTER,
            fail_window=self.interval * _FAIL_AFTER,
        )


_DAILY = Look("0 4 * * *", timedelta(days=1))
_WEEKLY = Look("0 4 * * 1", timedelta(days=7))
_MONTHLY = Look("0 4 1 * *", timedelta(days=31))


def look(cadence: Cadence) -> Look:
    """What is renewed every week is looked at daily, up to every year weekly, less often monthly.

    A look costs little where nothing changed (a conditional request), and a release should not lie about for long.
    """
    if cadence.span <= timedelta(days=7):
        return _DAILY
    return _WEEKLY if cadence.span <= timedelta(days=366) else _MONTHLY
