"""Other circumstances than those the tests run in: without root's privileges, with mounts of one's own, with small files only.

Here: starting a program so. Not here: what it is to show.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache

import pytest

from tests.pipeline.conftest import ROOT, Place, Ran

_EDUMIG = "import sys; from edumig_pipeline.cli import main; main(sys.argv[1:])"


def unprivileged() -> list[str]:
    """What to put before a command for which modes of files count, as they do not for root."""
    if os.geteuid():
        return []
    if not shutil.which("setpriv"):
        pytest.skip("modes of files do not stop root, and there is no setpriv to take its privileges from it")
    drop = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}"]


def with_mounts() -> list[str]:
    """What to put before a command that mounts things, for itself alone."""
    if not _may_mount():
        pytest.skip("this machine lets nobody mount in a namespace of their own")
    return ["unshare", "--user", "--map-root-user", "--mount"]


@cache
def _may_mount() -> bool:
    if not shutil.which("unshare"):
        return False
    command = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/tmp"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def refresh(place: Place, *before: str, first: str = "") -> Ran:
    """`edumig refresh` in a process of its own, behind such a command; `first` is Python that the process runs before it."""
    command = [*before, sys.executable, "-c", f"{first}\n{_EDUMIG}", "refresh"]
    return run([*command, "--raw", str(place.raw), "--warehouse", str(place.warehouse)])


def run(command: Sequence[str]) -> Ran:
    """Run a program from the root of the project."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    return Ran(ran.returncode, ran.stdout, ran.stderr)
