"""`edumig fetch`: new releases from the publishers, and what it says of them.

Belongs here: arguments, messages and exit codes of this command. Does not belong here: any step of the work.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edumig_pipeline.commands.exit_codes import CLEAN, FAILED, FLAWED, CommandError
from edumig_pipeline.commands.folders import RAW
from edumig_pipeline.commands.showing import JSON, show_json
from edumig_pipeline.wording.printable import on_one_line, visible

if TYPE_CHECKING:
    from edumig_pipeline.fetch import Outcome

_BAD = ("failed", "skipped")


@click.command()
@click.argument("wanted", nargs=-1, metavar="[SOURCE[/DOWNLOAD]]…")
@RAW
@click.option("--dry-run", is_flag=True, help="Say what would be fetched; write nothing.")
@JSON
def fetch(wanted: tuple[str, ...], raw: Path, *, dry_run: bool, as_json: bool) -> None:
    """Bring new releases into the raw folder.

    They are of all publishers, or of those named. Each comes whole or not at all, and what is there is never changed. Ends
    with 0 when everything is up to date, 1 when something could not be fetched or is of a layout that is not known in part,
    2 when nothing could be fetched, 64 for wrong usage.
    """
    from edumig_pipeline.commands.progress import shown
    from edumig_pipeline.fetch import Settings, downloads
    from edumig_pipeline.fetch import fetch as run
    from edumig_pipeline.journal import Run
    from edumig_pipeline.log import LogError, logged

    try:
        known = [f"{source.id}/{download.id}" for source, download in downloads()]
        downloads(wanted)
    except KeyError as error:
        unknown = ", ".join(map(str, error.args))
        raise click.BadParameter(f"{unknown}: known are {', '.join(known)}", param_hint="SOURCE") from error
    outcomes = []
    this = Run(started_by="edumig fetch")
    try:
        with logged(this.id, this.started_by), shown() as watch:
            for outcome in run(raw, wanted, watch, Settings(dry_run=dry_run)):
                outcomes.append(outcome)
                if as_json:
                    _complain(outcome)
                else:
                    _tell(outcome)
    except LogError as error:
        raise CommandError(f"nothing was fetched: {error}") from error
    if as_json:
        show_json({"outcomes": [{**vars(outcome), "state": outcome.state.value} for outcome in outcomes]})
    sys.exit(_exit_code(outcomes))


def _tell(outcome: "Outcome") -> None:
    if outcome.state not in _BAD:
        click.echo(_sentence(outcome))
    _complain(outcome)


def _complain(outcome: "Outcome") -> None:
    """What went wrong, on standard error."""
    if outcome.state in _BAD:
        click.echo(_sentence(outcome), err=True)
    for line in outcome.strange:
        click.echo(f"  will not land: {on_one_line(line)}", err=True)


def _sentence(outcome: "Outcome") -> str:
    release = f"raw/{outcome.source}/{outcome.release} " if outcome.release else ""
    # What would be fetched is a line for each address; what went wrong may be in a publisher's words, and gets one line.
    shown = visible if outcome.state == "planned" else on_one_line
    return shown(f"{outcome.state}: {outcome.name}: {release}{outcome.message}")


def _exit_code(outcomes: Sequence["Outcome"]) -> int:
    """A download that needs a key nobody gave is no fault, unless nothing else was asked for."""
    states = [outcome.state for outcome in outcomes]
    if all(state in _BAD for state in states):
        return FAILED
    return FLAWED if "failed" in states or any(outcome.strange for outcome in outcomes) else CLEAN
