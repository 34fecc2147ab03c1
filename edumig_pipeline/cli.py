"""The command line `edumig`.

Belongs here: the group of commands, and how any of them ends when something goes wrong. Does not belong here: a command
(`commands/`). Heavy modules are imported by the command that needs them, so that the command line starts at once.
"""

import os
import sys
from collections.abc import Sequence

import click

from edumig_pipeline.commands.exit_codes import FAILED, USAGE
from edumig_pipeline.commands.export import export
from edumig_pipeline.commands.fetch import fetch
from edumig_pipeline.commands.refresh import refresh


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="edumig-pipeline")
def edumig() -> None:
    """Harmonised, checkable data on educational migration."""


edumig.add_command(export)
edumig.add_command(fetch)
edumig.add_command(refresh)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `edumig` and exit: 0 all well, 1 published with refusals, 2 nothing published, 64 wrong usage."""
    try:
        edumig.main(args=arguments, prog_name="edumig", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; the published warehouse is as it was", err=True)
        sys.exit(FAILED)
    except Exception as error:
        if os.environ.get("EDUMIG_TRACEBACK"):
            raise
        name = "" if type(error).__name__ == "NothingToPublishError" else f"{type(error).__name__}: "
        click.echo(f"edumig: nothing was published: {name}{error}", err=True)
        sys.exit(FAILED)
