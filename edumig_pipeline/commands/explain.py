"""`edumig explain`: one figure, with every source, release and status it has had, down to file, row and column.

Belongs here: arguments and layout. Does not belong here: finding anything (`answers/history`).
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edumig_pipeline.commands.claims import show_claim
from edumig_pipeline.commands.completing import AREA, INDICATOR
from edumig_pipeline.commands.folders import WAREHOUSE
from edumig_pipeline.commands.showing import JSON, cell, figure, say, show_json, show_table
from edumig_pipeline.model.codes import OBS_STATUS, SEX

if TYPE_CHECKING:
    from edumig_pipeline.answers.history import History
    from edumig_pipeline.answers.opening import Row

_MOST = 10  # flows that are shown of a total


@click.command()
@click.argument("indicator", type=INDICATOR)
@click.argument("ref_area", type=AREA)
@click.argument("time_period")
@click.option("--counterpart", default="_T", type=AREA, help="The other end: the origin of inbound students.")
@click.option("--sex", default="_T", type=click.Choice(tuple(SEX)), help="_T total, F female, M male.")
@click.option("--breakdown", default="_T", help="What else splits the figure: funding=state.")
@WAREHOUSE
@JSON
def explain(  # noqa: PLR0913, PLR0917  a figure has so many dimensions
    indicator: str,
    ref_area: str,
    time_period: str,
    counterpart: str,
    sex: str,
    breakdown: str,
    warehouse: Path,
    *,
    as_json: bool,
) -> None:
    """Say where a figure is from.

    It is INDICATOR of REF_AREA in TIME_PERIOD, as every source and release has it. With it come its status, the publisher's
    flags, file, row and column; what later releases changed; what other sources say; footnotes, corrections, and the claims
    of the article that it speaks for or against. Of a total of students, where they went or are from. Areas may be named by
    code or name; a statement without a period is asked for as `undated`.

    \b
    edumig explain outbound_students Kazakhstan 2018
    edumig explain inbound_students RUS 2018 --counterpart KAZ

    Ends with 0; 1 when no release has such a figure (it says what there is); 2 when there is no warehouse or it cannot be
    read; 64 for an unknown indicator or area.
    """  # noqa: D301  \b is click's, for lines that are not to be folded
    from edumig_pipeline.answers.history import Cell, history
    from edumig_pipeline.answers.opening import opened

    with opened(warehouse) as published:
        found = history(published, Cell(indicator, ref_area, time_period, counterpart, sex, breakdown))
    if as_json:
        show_json({**vars(found), "cell": vars(found.cell)})
        return
    _show_figures(found)
    _show_flows(found)
    _show_changes(found)
    _show_remarks(found)
    _show_claims(found)


def _show_figures(found: "History") -> None:
    asked = found.cell
    other = f", counterpart {found.counterpart} ({asked.counterpart_area})" if found.counterpart else ""
    split = f", {SEX[asked.sex]}" if asked.sex != "_T" else ""
    split += f", {asked.breakdown}" if asked.breakdown != "_T" else ""
    period = asked.time_period or "undated"
    units = " or ".join(dict.fromkeys(one["unit"] for one in found.figures))
    say(f"{found.indicator['name']}: {found.area} ({asked.ref_area}), {period}{other}{split}; in {units}")
    if found.indicator["definition"]:
        say(found.indicator["definition"])
    click.echo()
    show_table(
        ("source", "release", "dataset", "value", "status", "flags", "newest", "shown in"),
        [
            [
                *(one[field] for field in ("source", "release", "dataset", "value")),
                f"{one['status']} {one['status_meaning']}",
                one["source_status"],
                "yes" if one["is_newest"] else "no",
                one["shown_in"] or "",
            ]
            for one in found.figures
        ],
        absent="no number",
        figures={"value"},
    )
    click.echo("\nWhere that stands in the publishers' files")
    for one in found.figures:
        published = " of ".join(filter(None, (one["source_indicator"], one["source_area"])))
        say(f"{one['source']} {one['release']}: raw/{place(one)} (published as {published})", indent="  ")
    for one in found.figures:
        if one["corrected_from"] is not None:
            say(
                f"Corrected: {one['source']} {one['release']} published {figure(one['corrected_from'])}: "
                f"{one['correction_reason']} ({one['correction_said_by']})",
                indent="  ",
            )


def place(one: "Row") -> str:
    """Where a figure stands in the raw files."""
    return f"{one['raw_file']}, row {one['raw_row']}" + (f", column {one['raw_column']}" if one["raw_column"] else "")


def _show_flows(found: "History") -> None:
    if not found.flows:
        return
    outbound = found.cell.indicator == "outbound_students"
    click.echo("\nWhere they went, as host countries report it" if outbound else "\nWhere they are from")
    headings = ("area", "source", "release", "students", "status", "share of origin")
    show_table(
        headings if outbound else headings[:-1],
        [
            [
                f"{one['name']} ({one['area']})",
                one["source"],
                one["release"],
                one["students"],
                f"{one['status']} {OBS_STATUS[one['status']]}",
                *(["unknown" if one["share_of_origin"] is None else f"{one['share_of_origin']:.1f}%"] if outbound else []),
            ]
            for one in found.flows[:_MOST]
        ],
        absent="no number",
        figures={"students"},
    )
    if len(found.flows) > _MOST:
        click.echo(f"and {len(found.flows) - _MOST} more, in student_flows and with --json")


def _show_changes(found: "History") -> None:
    if found.revisions:
        click.echo("\nWhat later releases changed")
        for one in found.revisions:
            say(
                f"{one['source']} {one['dataset']}, {one['from_release']} to {one['to_release']}: {one['change']}, from "
                f"{_with_status(one['old_value'], one['old_status'])} to {_with_status(one['new_value'], one['new_status'])}",
                indent="  ",
            )
    if found.elsewhere:
        click.echo("\nWhat other sources or revisions say")
        for one in found.elsewhere:
            reason = f" {one['explanation']}" if one["explanation"] else ""
            ratio = "" if one["ratio"] is None else f" (ratio {cell(one['ratio'])})"
            say(
                f"{one['source_a']} {one['release_a']} has {figure(one['value_a'])}, {one['source_b']} {one['release_b']} has "
                f"{figure(one['value_b'])}: difference {figure(one['difference'])}{ratio}.{reason}",
                indent="  ",
            )


def _with_status(value: float | None, status: str | None) -> str:
    return "nothing" if status is None else f"{figure(value)} ({status})"


def _show_remarks(found: "History") -> None:
    if found.footnotes:
        click.echo("\nWhat the publisher says about it")
        for one in found.footnotes:
            kind = ", ".join(filter(None, (one["footnote_type"], one["footnote_subtype"])))
            say(f"{one['source']} {one['release']}, {kind}: {one['footnote']}", indent="  ")


def _show_claims(found: "History") -> None:
    if found.claims:
        click.echo("\nClaims of the article that it speaks for or against")
        for claim_id in dict.fromkeys(one["claim_id"] for one in found.claims):
            show_claim([one for one in found.claims if one["claim_id"] == claim_id])
