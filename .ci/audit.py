"""Whether any locked library has a known vulnerability: `make audit`. Ends with 1 when one has, or when that cannot be told.

The database is OSV's (PIP_AUDIT_OSV_URL names another). Where it cannot be reached, that is said and the audit is skipped
with 0: CI may have no network. A vulnerability we live with is declared in accepted-vulnerabilities.toml beside this file,
when there is one:

    [GHSA-xxxx-xxxx-xxxx]
    reason = "why it does us no harm"
    review = 2027-03-01

From the day of review on it counts again.

Belongs here: telling found, clean, unreachable and broken apart, which pip-audit's exit code does not. Does not belong here:
looking libraries up, which is pip-audit's.
"""

import json
import os
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import requests
from pip_audit._service import OsvService

_HERE = Path(__file__).parent
_PATIENCE = 30  # seconds for the database to answer
_QUESTION = {"package": {"name": "duckdb", "ecosystem": "PyPI"}, "version": "2.0.0"}


def main(lock: Path, accepted: Path) -> int:
    """Audit a hashed requirements file; the exit code."""
    database = os.environ.get("PIP_AUDIT_OSV_URL", OsvService.DEFAULT_OSV_URL)
    ignored = [word for name in _accepted(accepted) for word in ("--ignore-vuln", name)]
    if why := _unreachable(database):
        return _skipped(database, why)
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    command += ["--vulnerability-service", "osv", "--osv-url", database, "--format", "json", "--requirement", str(lock), *ignored]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        audited = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        if why := _unreachable(database):
            return _skipped(database, why)
        return _say(f"audit: failed, pip-audit says:\n{done.stderr.strip()}", 1)
    found = [
        f"  {one['name']} {one['version']}: {' '.join((fault['id'], *fault['aliases']))}, "
        f"mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in audited
        for fault in one.get("vulns", ())
    ]
    unlooked = [f"  {one['name']}: {one['skip_reason']}" for one in audited if "skip_reason" in one]
    if found or unlooked or done.returncode:
        return _say("\n".join(["audit: known vulnerabilities, or libraries that were not looked at:", *found, *unlooked]), 1)
    return _say(f"audit: {len(audited)} locked libraries, no known vulnerability", 0)


def _accepted(declared: Path) -> list[str]:
    """The vulnerabilities we live with until their day of review."""
    if not declared.exists():
        return []
    today = datetime.now(UTC).date()
    known = tomllib.loads(declared.read_text(encoding="utf-8"))
    return [name for name, said in known.items() if said["reason"].strip() and said["review"] > today]


def _unreachable(database: str) -> str | None:
    """Why the database does not answer; None when it does."""
    try:
        answer = requests.post(database, json=_QUESTION, timeout=_PATIENCE)
        answer.raise_for_status()
        answer.json()
    except (requests.RequestException, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def _skipped(database: str, why: str) -> int:
    return _say(f"audit: SKIPPED, the database of vulnerabilities at {database} cannot be reached ({why})", 0)


def _say(text: str, code: int) -> int:
    sys.stdout.write(f"{text}\n")
    return code


if __name__ == "__main__":
    arguments = [Path(argument) for argument in sys.argv[1:]]
    sys.exit(main(*arguments or (_HERE.parent / "requirements.lock", _HERE / "accepted-vulnerabilities.toml")))
