"""The options that name the two folders, the same for every command.

Belongs here: those options. Does not belong here: any command.
"""

from pathlib import Path

import click

# A folder that may not be read is no wrong usage: the command says what it could not do.
_FOLDER = click.Path(path_type=Path, readable=False)
RAW = click.option(
    "--raw",
    type=_FOLDER,
    envvar="EDUMIG_RAW",
    default=Path("raw"),
    show_default=True,
    help="Folder of raw files.",
)
WAREHOUSE = click.option(
    "--warehouse",
    type=_FOLDER,
    envvar="EDUMIG_WAREHOUSE",
    default=Path("warehouse"),
    show_default=True,
    help="Folder of the warehouse.",
)
