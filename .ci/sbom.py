"""The bill of materials of what runs: `make sbom` writes sbom.cdx.json, CycloneDX, of the locked libraries that users get.

The same lock gives the same bytes. Which libraries are needed at run time follows from what pyproject.toml asks for and what
those ask for, on this system; versions and hashes are the lock's.

Belongs here: choosing the libraries. Does not belong here: the format, which is cyclonedx-py's and checked by its schema.
"""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).parents[1]


def at_run_time(pyproject: Path) -> set[str]:
    """The names of the libraries that are needed, with all that they need."""
    asked = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    waiting = [Requirement(text) for text in asked]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if (name, extras := frozenset(wanted.extras)) in seen:
            continue
        seen.add((name, extras))
        waiting += [
            needed
            for needed in map(Requirement, requires(name) or ())
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras))
        ]
    return {name for name, _ in seen}


def locked(lock: Path, names: set[str]) -> str:
    """The entries of those libraries, as the lock has them."""
    entries = re.findall(r"^[a-z0-9][^\n]*(?:\n {4}--hash[^\n]*)*", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return "\n".join(entry for entry in entries if canonicalize_name(re.split(r"[=\[ ]", entry, maxsplit=1)[0]) in names) + "\n"


def main(target: Path) -> int:
    """Write the bill to `target`; the exit code of cyclonedx-py."""
    pyproject = _ROOT / "pyproject.toml"
    entries = locked(_ROOT / "requirements.lock", at_run_time(pyproject))
    command = [
        sys.executable,
        "-W",
        "ignore::UserWarning",
        "-m",
        "cyclonedx_py",
        "requirements",
        "--pyproject",
        str(pyproject),
        "--output-reproducible",
    ]
    command += ["--validate", "--output-format", "JSON", "--output-file", str(target), "-"]
    return subprocess.run(command, input=entries, text=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
