"""What docs/sources.md says of fetching works as written."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.pipeline.conftest import ROOT, ask
from tests.publishers.conftest import Desk


def commands(section: str) -> str:
    """The shell commands of a section of the page, as they stand there."""
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", found, flags=re.MULTILINE | re.DOTALL))


def test_the_commands_bring_and_publish_releases(desk: Desk, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **desk.environment, "HOME": str(tmp_path), "PATH": path}
    script = commands("Fetching")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "planned: world_bank/wdi: raw/world_bank/wdi-2026-07-13 would be fetched" in done.stdout
    assert "landed: iom/dtm: " in done.stdout
    database = tmp_path / "edumig/warehouse/edumig.duckdb"
    assert ask(database, "SELECT DISTINCT source FROM observations ORDER BY 1") == [("iom",), ("world_bank",)]
    assert ask(database, "SELECT licence FROM releases WHERE source = 'world_bank'") == [("CC BY 4.0",)]
