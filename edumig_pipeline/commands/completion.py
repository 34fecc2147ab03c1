"""`edumig completion`: what a shell needs to complete the command line.

Belongs here: handing out click's script. Does not belong here: what is offered (`completing`).
"""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a shell's completion script.

    With it, SHELL completes commands, options, tables, releases, indicators, areas, claims and verdicts.

    \b
    bash:  edumig completion bash >> ~/.bashrc
    zsh:   edumig completion zsh >> ~/.zshrc
    fish:  edumig completion fish > ~/.config/fish/completions/edumig.fish

    Ends with 0; 64 for another shell.
    """  # noqa: D301  \b is click's, for lines that are not to be folded
    script = get_completion_class(shell)
    root = ctx.find_root()
    if script is None:
        raise click.UsageError(f"{shell} is not known to click")
    click.echo(script(root.command, {}, "edumig", "_EDUMIG_COMPLETE").source())
