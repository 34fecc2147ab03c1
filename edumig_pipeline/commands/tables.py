"""`edumig tables` and `edumig describe`: what there is to be asked, and what it means.

Belongs here: showing it. Does not belong here: any declaration (`model/`).
"""

from pathlib import Path

import click

from edumig_pipeline.commands.completing import TABLE
from edumig_pipeline.commands.folders import WAREHOUSE
from edumig_pipeline.commands.showing import JSON, columns, say, show_json, show_table


@click.command()
@WAREHOUSE
@JSON
def tables(warehouse: Path, *, as_json: bool) -> None:
    """List the tables of the warehouse.

    Each comes with its kind, rows, grain and meaning.

    Ends with 0; 2 when there is no warehouse or it cannot be read.
    """
    from edumig_pipeline.answers.describing import tables as found_in
    from edumig_pipeline.answers.opening import opened

    with opened(warehouse) as published:
        found = found_in(published)
    if as_json:
        show_json({"tables": found})
        return
    named = ("name", "kind", "rows", "grain", "meaning")
    show_table(named, columns(found, *named), figures={"rows"})
    click.echo()
    say("A view's rows are counted by `edumig describe`. What was known on a day: observations_as_of(DATE '2025-12-31').")


@click.command()
@click.argument("table", type=TABLE)
@WAREHOUSE
@JSON
def describe(table: str, warehouse: Path, *, as_json: bool) -> None:
    """Say what a table and its columns mean.

    That is its grain and key, and each column's type, unit, meaning and allowed codes.

    Ends with 0; 2 when there is no warehouse or it cannot be read; 64 when no table has that name.
    """
    from edumig_pipeline.answers.describing import table_description
    from edumig_pipeline.answers.opening import opened

    with opened(warehouse) as published:
        found = table_description(published, table)
    if as_json:
        show_json(found)
        return
    say(f"{found['name']}: {found['kind']} of {found['rows']:,} rows")
    say(found["meaning"])
    say(f"Grain: {found['grain']}.")
    if found["key"]:
        say(f"Key: {', '.join(found['key'])}.")
    click.echo()
    show_table(("column", "type", "unit", "meaning"), columns(found["columns"], "column", "type", "unit", "description"))
    for column in found["columns"]:
        if column["allowed"]:
            click.echo(f"\nCodes of {column['column']}:")
            for code, meaning in column["allowed"].items():
                say(f"{code:<12} {meaning}" if meaning else code, indent="  ")
