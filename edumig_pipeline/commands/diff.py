"""`edumig diff`: what differs between two releases of a source.

Belongs here: arguments and layout. Does not belong here: what counts as a change (`marts/revisions.sql`).
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edumig_pipeline.commands.completing import RELEASE
from edumig_pipeline.commands.folders import WAREHOUSE
from edumig_pipeline.commands.showing import JSON, columns, note, say, show_json, show_table

if TYPE_CHECKING:
    from edumig_pipeline.answers.differences import Differences

_FIGURES = ("old value", "new value", "difference")
_LEFT_OUT = ("source", "from_release", "to_release", "relative_difference")
_ALWAYS = ("dataset", "indicator", "ref_area", "time_period", "change")
_USUAL = ("_T", "A", None)


@click.command()
@click.argument("old", metavar="OLD", type=RELEASE)
@click.argument("new", metavar="NEW", type=RELEASE)
@WAREHOUSE
@click.option("--all", "all_of_them", is_flag=True, help="List every change, not the largest of each indicator alone.")
@JSON
def diff(old: str, new: str, warehouse: Path, *, all_of_them: bool, as_json: bool) -> None:
    """Compare two releases of a source.

    It says what was added, revised, retracted or given another status, dataset by dataset. Releases are named
    SOURCE/RELEASE, or RELEASE alone where one source has it; they need not follow one another. Compared are the figures
    that both cover, by the rules of the table revisions. What one of the two does not cover is named.

    \b
    edumig diff unesco_uis/2025-02 unesco_uis/2026-02

    Ends with 0, whether or not anything differs; 2 when there is no warehouse or it cannot be read; 64 for an unknown or
    ambiguous release, or releases of two sources.
    """  # noqa: D301  \b is click's, for lines that are not to be folded
    from edumig_pipeline.answers.differences import differences
    from edumig_pipeline.answers.opening import opened

    with opened(warehouse) as published:
        found = differences(published, old, new, all_of_them=all_of_them)
    if found.older["released"] > found.newer["released"]:
        note(f"{new} is older than {old}: what follows is as if it had come after it")
    if as_json:
        show_json(vars(found))
        return
    _show(found, all_of_them=all_of_them)


def _show(found: "Differences", *, all_of_them: bool) -> None:
    older, newer = (f"{one['release']} (of {one['released']})" for one in (found.older, found.newer))
    say(f"{found.source}: from {older} to {newer}")
    click.echo()
    if found.summary:
        named = ("dataset", "indicator", "added", "revised", "retracted", "status")
        show_table(named, columns(found.summary, *named), figures=named[2:])
    else:
        say("The two cover nothing in common: nothing is compared.")
    if found.apart:
        click.echo("\nNot compared, since only one of them covers it")
        show_table(("dataset", "indicator", "only in"), columns(found.apart, "dataset", "indicator", "only_in"))
    if found.changes:
        click.echo("\nAll changes" if all_of_them else "\nLargest revisions of each indicator (--all lists every change)")
        shown = [name for name in found.changes[0] if name not in _LEFT_OUT and _says_something(found, name)]
        shown = shown if all_of_them else [name for name in shown if name != "change"]
        show_table([name.replace("_", " ") for name in shown], columns(found.changes, *shown), figures=_FIGURES)


def _says_something(found: "Differences", name: str) -> bool:
    """Whether a column holds anything but what goes without saying."""
    return name in _ALWAYS or any(one[name] not in _USUAL for one in found.changes)
