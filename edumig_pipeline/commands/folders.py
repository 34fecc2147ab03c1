"""The options that name the two folders, the same for every command.

Belongs here: those options. Does not belong here: any command.
"""

from pathlib import Path

import click

RAW = click.option(
    "--raw",
    type=click.Path(path_type=Path),
    envvar="EDUMIG_RAW",
    default=Path("raw"),
    show_default=True,
    help="Folder of raw files.",
)
WAREHOUSE = click.option(
    "--warehouse",
    type=click.Path(path_type=Path),
    envvar="EDUMIG_WAREHOUSE",
    default=Path("warehouse"),
    show_default=True,
    help="Folder of the warehouse.",
)
