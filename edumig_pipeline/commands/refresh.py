"""`edumig refresh`: the main job, and what it says of it.

Belongs here: arguments, messages and exit codes of this command. Does not belong here: any step of the work.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edumig_pipeline.commands.exit_codes import FLAWED, CommandError
from edumig_pipeline.commands.folders import RAW, WAREHOUSE
from edumig_pipeline.commands.showing import JSON, show_json
from edumig_pipeline.wording.printable import on_one_line

if TYPE_CHECKING:
    from edumig_pipeline.publish.summary import Summary

_QUERIES = (
    "SELECT year, outbound_students, outbound_students_status FROM student_mobility WHERE ref_area = 'KAZ' ORDER BY year",
    "SELECT destination, students, obs_status FROM student_flows WHERE origin = 'KAZ' AND year = 2018 ORDER BY students DESC",
    "SELECT * FROM kz_academic_mobility WHERE funding = 'state' AND region = '_T' ORDER BY time_period",
)


@click.command()
@RAW
@WAREHOUSE
@click.option("--source", "only", multiple=True, metavar="ID", help="Refresh this source alone; may be given several times.")
@JSON
def refresh(raw: Path, warehouse: Path, only: tuple[str, ...], *, as_json: bool) -> None:
    """Bring the warehouse up to the raw folder.

    Ends with 0 when all is well; 1 when it was published, but rows were quarantined or files refused, which it names; 2 when
    nothing was published, with the old warehouse untouched; 64 for wrong usage.
    """
    from edumig_pipeline.commands.failures import why_not
    from edumig_pipeline.commands.progress import steps_shown
    from edumig_pipeline.journal import Run
    from edumig_pipeline.log import logged
    from edumig_pipeline.refresh import refresh as run
    from edumig_pipeline.sources.registry import sources

    if unknown := sorted(set(only) - set(sources())):
        raise click.BadParameter(f"{', '.join(unknown)}: known are {', '.join(sources())}", param_hint="--source")
    this = Run()
    try:
        with logged(this.id, this.started_by), steps_shown() as watch:
            summary = run(raw, warehouse, only, watch, this)
    except Exception as error:
        raise CommandError(f"nothing was published: {why_not(error)}") from error
    if as_json:
        show_json(_as_object(summary))
    else:
        _say_what_was_built(summary)
    if not summary.clean:
        _say_what_was_refused(summary)
        sys.exit(FLAWED)


def _as_object(summary: "Summary") -> dict[str, object]:
    """The summary, for programs."""
    return {
        "database": summary.database,
        "rebuilt": summary.rebuilt,
        "clean": summary.clean,
        "rows": summary.rows,
        "quarantined": [
            {"raw_file": raw_file, "rule": rule, "rows": rows} for (raw_file, rule), rows in summary.quarantined.items()
        ],
        "refused": [vars(refusal) for refusal in summary.refusals],
    }


def _say_what_was_built(summary: "Summary") -> None:
    click.echo(f"{'Built' if summary.rebuilt else 'Already up to date:'} {summary.database}")
    for name, count in summary.rows.items():
        click.echo(f"  {name:<22}{count:>12,} rows")
    click.echo(f"\nTo look at in any browser: {summary.report}")
    click.echo("\nThree queries to try, with any DuckDB client from 1.2 on:")
    for query in _QUERIES:
        click.echo(f"  {query}")


def _say_what_was_refused(summary: "Summary") -> None:
    for refusal in summary.refusals:
        click.echo(on_one_line(f"refused: {refusal.raw_file}: {refusal.rule}: {refusal.reason}"), err=True)
    for (raw_file, rule), count in summary.quarantined.items():
        rows = "row" if count == 1 else "rows"
        click.echo(on_one_line(f"quarantined: {raw_file}: {count:,} {rows} by rule {rule}"), err=True)
    for example in summary.examples:
        click.echo(f"  {on_one_line(example)}", err=True)
    click.echo("They are in the table quarantine, of each rule and file up to 10,000; everything else is published.", err=True)
