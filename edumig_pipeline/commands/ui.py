"""`edumig ui`: Dagster's web page, with everything loaded.

Belongs here: where its instance lies, its address, and starting it. Does not belong here: what it shows (`defs/`), or running it
as a service (`deploy/`).
"""

import os
import shutil
import socket
import sys
from pathlib import Path

import click

from edumig_pipeline.commands.exit_codes import CommandError
from edumig_pipeline.commands.showing import JSON, note, show_json

_PROJECT = Path(__file__).parents[2]


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True, help="Port of the page.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; anything but the loopback is open to others."
)
@JSON
def ui(port: int, host: str, *, as_json: bool) -> None:
    """Start Dagster's web page.

    The page and its daemon run until Ctrl-C. It knows no users: whoever reaches the page can start runs. Its runs read
    EDUMIG_RAW and build EDUMIG_WAREHOUSE, else the folders raw and warehouse of the project; what it remembers is in
    DAGSTER_HOME, else in the project's folder .dagster.

    Ends as Dagster does; 2 when the port is taken or the page cannot be started; 64 for wrong usage.
    """
    workspace = _PROJECT / "workspace.yaml"
    dagster = shutil.which("dg", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if dagster is None or not workspace.is_file():
        raise CommandError("the page needs the project's own checkout, set up with `make warehouse`; this is not one")
    _see_that_it_is_free(host, port)
    home = Path(os.environ.get("DAGSTER_HOME") or _PROJECT / ".dagster")
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_PROJECT / "instance.yaml", home / "dagster.yaml")
    address = f"http://{host}:{port}"
    if as_json:
        show_json({"address": address})
    else:
        note(f"Dagster's page: {address} (in some seconds; Ctrl-C ends it)")
    sys.stdout.flush()
    # In the place of this process, so that Ctrl-C and a supervisor's signals reach it. It looks for the project around it.
    os.chdir(_PROJECT)
    command = [dagster, "dev", "--workspace", str(workspace), "--host", host, "--port", str(port)]
    os.execve(dagster, command, {**os.environ, "DAGSTER_HOME": str(home.absolute())})


def _see_that_it_is_free(host: str, port: int) -> None:
    """Raise CommandError when nobody could listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CommandError(f"{host}:{port} cannot be listened on: {error.strerror}; name another port with --port") from error
