"""`edumig claims`: what the article says, and what became of it when it was checked.

Belongs here: arguments and layout. Does not belong here: any verdict.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from edumig_pipeline.commands.completing import CLAIM, SECTION
from edumig_pipeline.commands.folders import WAREHOUSE
from edumig_pipeline.commands.showing import JSON, columns, note, say, show_json, show_table
from edumig_pipeline.model.codes import VERDICT


@click.command()
@click.argument("claim_id", required=False, type=CLAIM)
@click.option("--verdict", type=click.Choice(tuple(VERDICT)), help="Only claims of which a check came to this.")
@click.option("--section", type=SECTION, help="Only claims of this section of the article.")
@WAREHOUSE
@JSON
def claims(claim_id: str | None, verdict: str | None, section: str | None, warehouse: Path, *, as_json: bool) -> None:
    """List the article's claims and their verdicts.

    A claim is a printed figure; with it comes the sentence that says why it got its verdict. Where some check found
    evidence, those that found none are left out of the list (not of --json). With CLAIM_ID: that claim alone, with every
    figure that speaks for or against it, down to file, row and column.

    Ends with 0; 1 when no claim is of that verdict and section; 2 when there is no warehouse or it cannot be read; 64 for an
    unknown claim, verdict or section.
    """
    from edumig_pipeline.answers import claims as answers
    from edumig_pipeline.answers.errors import NothingFoundError
    from edumig_pipeline.answers.opening import opened

    if claim_id is not None and (verdict or section):
        raise click.UsageError("name a claim, or choose by --verdict and --section")
    with opened(warehouse) as published:
        if claim_id is not None:
            one = answers.claim(published, claim_id)
            show_json(one) if as_json else _show_whole(one)
            return
        found = answers.claims(published, verdict, section)
    if not found:
        chosen = " and ".join(f"{name} {value}" for name, value in (("verdict", verdict), ("section", section)) if value)
        raise NothingFoundError(f"no claim is of {chosen}")
    if as_json:
        show_json({"claims": found})
        return
    for one in found:
        show_claim([{**one, **check} for check in one["checks"]])
    note(f"{len(found)} {'claim' if len(found) == 1 else 'claims'}")


def show_claim(checks: Sequence[Mapping[str, Any]]) -> None:
    """A claim and what its checks came to: verdict, what it was checked against, the sentence.

    Where some found evidence, those that found none are left out.
    """
    say(f"{checks[0]['claim_id']}  {checks[0]['statement']} Printed: {checks[0]['printed']}")
    told = [check for check in checks if check["verdict"] != "no_evidence"]
    for check in told or checks[:1]:
        say(f"{check['verdict']} ({check['check']}): {check['explanation']}", indent="  ")


def _show_whole(one: Mapping[str, Any]) -> None:
    say(f"{one['claim_id']}  {one['statement']}")
    click.echo()
    asked = [f"{name} {one[name]}" for name in ("indicator", "ref_area", "counterpart_area", "sex", "breakdown", "time_period")]
    for name, value in (
        ("printed", f"{one['printed']}, which stands for {one['reading']}"),
        ("section", one["section"]),
        ("cites", ", ".join(filter(None, (one["cited"], one["reference"] and f"reference {one['reference']}"))) or "nothing"),
        ("counts", one["definition"]),
        ("asks for", ", ".join(asked)),
    ):
        say(f"{name:<10} {value}")
    click.echo()
    for check in one["checks"]:
        say(f"{check['verdict']} ({check['check']}): {VERDICT[check['verdict']]}. {check['explanation']}")
    if one["evidence"]:
        click.echo("\nEvidence")
        named = ("source", "release", "time_period", "evidence_value", "definition", "derivation", "place")
        headings = ("source", "release", "period", "value", "counts", "derivation", "place")
        show_table(headings, columns(one["evidence"], *named), figures={"value"})
    for row in one["arithmetic"]:
        click.echo("\nThe article's own figures")
        say(f"{'Impossible' if row['impossible'] else 'Possible'}: {row['explanation']} ({row['place']})")
