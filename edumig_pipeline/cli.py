"""The command line `edumig`.

Belongs here: the group of commands, and how any of them ends when something goes wrong. Does not belong here: a command
(`commands/`). Heavy modules are imported by the command that needs them, so that the command line starts at once.
"""

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from edumig_pipeline.answers.errors import AnswerError, NothingFoundError, WrongQuestionError
from edumig_pipeline.commands.claims import claims
from edumig_pipeline.commands.completion import completion
from edumig_pipeline.commands.diff import diff
from edumig_pipeline.commands.exit_codes import CLEAN, FAILED, FLAWED, USAGE, CommandError
from edumig_pipeline.commands.explain import explain
from edumig_pipeline.commands.export import export
from edumig_pipeline.commands.fetch import fetch
from edumig_pipeline.commands.query import query
from edumig_pipeline.commands.refresh import refresh
from edumig_pipeline.commands.status import status
from edumig_pipeline.commands.tables import describe, tables
from edumig_pipeline.commands.ui import ui
from edumig_pipeline.wording.printable import visible


class _Commands(click.Group):
    """The commands in the order in which a person meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  what click says
        """Run the command; whoever reads its output may have enough of it, as head does, which is no error."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # Else Python would complain when it closes standard output at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return CLEAN


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="edumig-pipeline")
def edumig() -> None:
    """Harmonised, checkable data on educational migration.

    Every command ends with 0 when all is well, 1 when something is amiss that it names, 2 when it could not do its work, and 64
    when it was asked wrongly; its own help says what that means.
    """


for _command in (refresh, fetch, status, query, tables, describe, explain, claims, diff, ui, completion, export):
    edumig.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `edumig` and exit with one of the exit codes; nothing that a user can cause shows a traceback."""
    try:
        edumig.main(args=arguments, prog_name="edumig", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("edumig: interrupted; what is published is as it was", err=True)
        sys.exit(FAILED)
    except Exception as error:
        if os.environ.get("EDUMIG_TRACEBACK"):
            raise
        name = "" if isinstance(error, AnswerError | CommandError) else f"{type(error).__name__}: "
        click.echo(f"edumig: {name}{visible(str(error))}", err=True)
        sys.exit(_exit_code(error))


def _exit_code(error: Exception) -> int:
    if isinstance(error, WrongQuestionError):
        return USAGE
    return FLAWED if isinstance(error, NothingFoundError) else FAILED
