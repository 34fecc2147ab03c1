"""`edumig status`: what is in the warehouse, how fresh it is, and what did not land.

Belongs here: showing it, and the exit code. Does not belong here: finding it (`answers/status`).
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edumig_pipeline.commands.exit_codes import FLAWED
from edumig_pipeline.commands.folders import WAREHOUSE
from edumig_pipeline.commands.showing import JSON, columns, say, show_json, show_table

if TYPE_CHECKING:
    from edumig_pipeline.answers.status import Status

_CADENCES = {"P1W": "weekly", "P3M": "quarterly", "P6M": "half-yearly", "P1Y": "yearly", "P4Y": "every few years"}


@click.command()
@WAREHOUSE
@JSON
def status(warehouse: Path, *, as_json: bool) -> None:
    """Say what is in the warehouse, and how fresh.

    That is how its last runs ended, its releases, what is quarantined or was refused, where every row went, the article's
    verdicts and where sources part. A newer release is due one and a half times a publisher's cadence after the last; a claim
    counts under the verdict that weighs most of its checks.

    Ends with 0; 1 when rows are quarantined or files were refused; 2 when there is no warehouse or it cannot be read.
    """
    from edumig_pipeline.answers.opening import opened
    from edumig_pipeline.answers.status import status as state_of

    with opened(warehouse) as published:
        found = state_of(published, datetime.now(UTC).date())
    if as_json:
        show_json({**vars(found), "clean": found.clean})
    else:
        _show(found)
    if not found.clean:
        sys.exit(FLAWED)


def _show(found: "Status") -> None:
    sources = len(found.freshness)
    click.echo(f"Warehouse  {found.path}")
    click.echo(f"Built      {found.built:%Y-%m-%d %H:%M} UTC, from {len(found.releases)} releases of {sources} sources")
    click.echo(f"Values     {found.observations:,}")
    _show_runs(found)
    click.echo()
    named = ("source", "release", "published", "retrieved", "coverage", "rows", "newest_period")
    show_table([name.replace("_", " ") for name in named], columns(found.releases, *named), figures={"rows"})
    click.echo("\nFreshness")
    show_table(
        ("source", "newest release", "released", "renewed", "next due by", "state"),
        [
            [*fresh[:3], _CADENCES.get(fresh[3], "not again"), fresh[4], {True: "in time", False: "late"}.get(fresh[5], "")]
            for fresh in columns(found.freshness, "source", "newest_release", "released", "cadence", "next_due", "in_time")
        ],
    )
    _show_accounts(found)
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in found.verdicts.items())
    say(f"The article: {sum(found.verdicts.values())} claims: {verdicts}." if verdicts else "The article: no claims.")
    click.echo("\nWhere two sources have the same figure")
    show_table(
        ("first", "second", "compared", "equal", "differ, reason known", "differ, open"),
        columns(found.reconciliation, "source_a", "source_b", "compared", "equal", "explained", "open"),
        figures=("compared", "equal", "differ, reason known", "differ, open"),
    )


def _show_runs(found: "Status") -> None:
    """The last run, and the last of those that failed since the last publication."""
    if not found.runs:
        return
    last = found.runs[-1]
    say(f"Last run   {last['outcome']} {_when(last)}")
    failed = [run for run in found.runs[:-1] if run["outcome"] == "failed"]
    if failed and last["outcome"] != "failed":
        say(f"Failed     {_when(failed[-1])}")


def _when(run: dict[str, Any]) -> str:
    """When a run ended, after how long, how often since, and why it failed."""
    often = f", {run['repeated'] + 1:,} times since {run['finished']:%Y-%m-%d %H:%M}" if run["repeated"] else ""
    reason = f": {run['message']}" if run["message"] else ""
    return f"{run['last_repeated'] or run['finished']:%Y-%m-%d %H:%M} UTC, after {run['duration_seconds']:,.1f} s{often}{reason}"


def _show_accounts(found: "Status") -> None:
    ledger = found.ledger
    click.echo()
    say(
        f"Rows read: {ledger['rows_read']:,} = {ledger['rows_published']:,} published + {ledger['rows_quarantined']:,} "
        f"quarantined + {ledger['rows_excluded']:,} excluded for a counted reason (table row_ledger)."
    )
    if found.clean:
        say("Nothing is quarantined, and no file was refused.")
    for row in found.quarantined:
        say(f"quarantined: {row['raw_file']}: {row['rows']:,} {'row' if row['rows'] == 1 else 'rows'} by rule {row['rule']}")
    for row in found.refused:
        say(f"refused: {row['raw_file']}: {row['rule']}: {row['reason']}")
