"""What the project is made of: locked with hashes, audited, listed.

Here: the lock file, `make audit` against a database of our own, `make sbom`. Not here: whether a library is any good.
"""

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.pipeline.conftest import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# A library, its version, and what is said of them on this line and on those it goes on to.
ENTRY = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==(?P<version>\S+)(?P<rest>(?:[^\n\\]|\\\n)*)", re.MULTILINE)


def locked() -> dict[str, list[str]]:
    """The versions of every locked library; several where systems or Pythons differ."""
    found: dict[str, list[str]] = {}
    for entry in ENTRY.finditer(LOCK):
        found.setdefault(canonicalize_name(entry["name"]), []).append(entry["version"])
    return found


# The lock


def test_every_locked_library_has_its_hashes_and_nothing_names_a_host() -> None:
    entries = list(ENTRY.finditer(LOCK))
    begun = [line for line in LOCK.splitlines() if line and line[0] not in " #"]
    assert len(entries) == len(begun) > 100
    assert [entry["name"] for entry in entries if "--hash=sha256:" not in entry["rest"]] == []
    digests = re.findall(r"--hash=(\S+)", LOCK)
    assert [digest for digest in digests if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest)] == []
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links|--trusted-host| @ ", LOCK) == []


def test_what_the_project_asks_for_is_locked_at_a_version_that_will_do() -> None:
    groups = [
        PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"].values(),
        PROJECT["build-system"]["requires"],
    ]
    versions = locked()
    wanted = [Requirement(text) for group in groups for text in group]
    assert len(wanted) > 30
    unmet = [
        str(one) for one in wanted if not any(one.specifier.contains(v) for v in versions.get(canonicalize_name(one.name), ()))
    ]
    assert unmet == []


def test_set_up_takes_locked_bytes_alone() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    taken = re.findall(r"^\t.*?((?:\$\(PIP\)|uv pip install) .*|\|\| \$\(PIP\) .*)$", makefile, re.MULTILINE)
    assert len(taken) == 4
    # The project itself, without what it needs, is the only one that is not among them.
    assert [line for line in taken if "--require-hashes" not in line] == ["$(PIP) --no-deps --no-build-isolation --editable ."]


def test_no_action_of_others_runs_in_ci_unless_pinned() -> None:
    flows = [*ROOT.glob(".github/workflows/*"), *ROOT.glob(".gitlab-ci.yml"), *ROOT.glob(".woodpecker*")]
    used = [line for flow in flows for line in re.findall(r"uses:\s*(\S+)", flow.read_text(encoding="utf-8"))]
    assert [action for action in used if not re.search(r"@[0-9a-f]{40}$", action)] == []
    assert "make audit" in (ROOT / ".ci/run").read_text(encoding="utf-8")


# What runs and what is for development


def imported(file: Path) -> set[str]:
    """The top-level names of the modules that a file imports."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in names}


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bill of materials, as `make sbom` makes it."""
    target = tmp_path_factory.mktemp("sbom") / "sbom.cdx.json"
    done = subprocess.run([sys.executable, ".ci/sbom.py", str(target)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return target


def test_what_the_package_imports_is_in_the_bill(bill: Path) -> None:
    listed = {component["name"] for component in json.loads(bill.read_text(encoding="utf-8"))["components"]}
    homes = importlib.metadata.packages_distributions()
    files = [file for file in (ROOT / "edumig_pipeline").rglob("*.py") if file != ROOT / "edumig_pipeline/report/charts.py"]
    names = set().union(*map(imported, files)) - set(sys.stdlib_module_names) - {"edumig_pipeline"}
    assert "duckdb" in names
    assert {name for name in names if not {canonicalize_name(home) for home in homes[name]} & listed} == set()
    # Altair draws the charts once, for all warehouses; who only uses them needs neither it nor anything for tests.
    assert {"altair", "vl-convert-python", "pytest", "pip-audit"} & listed == set()


def test_the_bill_is_that_of_the_lock_with_hashes_and_the_same_each_time(bill: Path, tmp_path: Path) -> None:
    told: dict[str, Any] = json.loads(bill.read_text(encoding="utf-8"))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    versions = locked()
    assert [c["name"] for c in told["components"] if c["version"] not in versions[canonicalize_name(c["name"])]] == []
    assert [c["name"] for c in told["components"] if not any(r.get("hashes") for r in c["externalReferences"])] == []
    assert "serialNumber" not in told
    again = tmp_path / "again.json"
    subprocess.run([sys.executable, ".ci/sbom.py", str(again)], cwd=ROOT, check=True, env={**os.environ, "PYTHONHASHSEED": "5"})
    assert again.read_bytes() == bill.read_bytes()
    assert "/sbom.cdx.json\n" in (ROOT / ".gitignore").read_text(encoding="utf-8")


# The audit


@dataclass
class Database:
    """A database of vulnerabilities, as OSV's answers: which libraries have one, and after how many answers it breaks."""

    url: str
    faulty: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    most: int = 1_000


@pytest.fixture
def database() -> Iterator[Database]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            name = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
            known.asked.append(name)
            ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}]
            affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges}]
            fault = {"id": "GHSA-made-up-0001", "aliases": ["CVE-0000-0001"], "summary": "Made up.", "affected": affected}
            told = {"vulns": [fault]}
            body = json.dumps(told if name in known.faulty else {}).encode()
            self.send_response(200 if len(known.asked) <= known.most else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Database(f"http://127.0.0.1:{server.server_port}/v1/query")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


def audit(folder: Path, url: str, accepted: str = "") -> subprocess.CompletedProcess[str]:
    """Audit three of the locked libraries."""
    entries = [entry[0] for entry in ENTRY.finditer(LOCK) if entry["name"] in ("click", "duckdb", "jinja2")]
    assert len(entries) == 3
    (folder / "some.lock").write_text("\n".join(entries) + "\n", encoding="utf-8")
    if accepted:
        (folder / "accepted.toml").write_text(accepted, encoding="utf-8")
    return subprocess.run(
        [sys.executable, ".ci/audit.py", str(folder / "some.lock"), str(folder / "accepted.toml")],
        cwd=ROOT,
        env={**os.environ, "PIP_AUDIT_OSV_URL": url, "NO_PROXY": "127.0.0.1", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_audit_that_finds_nothing_says_how_many_it_looked_at(database: Database, tmp_path: Path) -> None:
    ran = audit(tmp_path, database.url)
    assert (ran.returncode, ran.stdout) == (0, "audit: 3 locked libraries, no known vulnerability\n"), ran.stderr
    assert {"click", "duckdb", "jinja2"} <= set(database.asked)


def test_a_known_vulnerability_fails(database: Database, tmp_path: Path) -> None:
    database.faulty = {"jinja2"}
    ran = audit(tmp_path, database.url)
    assert ran.returncode == 1
    assert re.search(r"^  jinja2 \S+: CVE-0000-0001 GHSA-made-up-0001, mended in 99$", ran.stdout, re.MULTILINE)


@pytest.mark.parametrize(("review", "code"), [("2999-01-01", 0), ("2020-01-01", 1)])
def test_one_that_is_accepted_does_not_until_its_day_of_review(
    database: Database, tmp_path: Path, review: str, code: int
) -> None:
    database.faulty = {"jinja2"}
    accepted = f"[GHSA-made-up-0001]\nreason = 'made up'\nreview = {review}\n"
    assert audit(tmp_path, database.url, accepted).returncode == code


def test_a_database_out_of_reach_is_no_clean_audit_and_says_why(tmp_path: Path) -> None:
    ran = audit(tmp_path, "http://127.0.0.1:1/v1/query")
    assert ran.returncode == 0
    assert ran.stdout.startswith(
        "audit: SKIPPED, the database of vulnerabilities at http://127.0.0.1:1/v1/query cannot be reached ("
    )
    assert "refused" in ran.stdout


def test_a_database_that_breaks_in_the_middle_is_no_clean_audit(database: Database, tmp_path: Path) -> None:
    database.most = 2
    ran = audit(tmp_path, database.url)
    assert ran.stdout.startswith("audit: SKIPPED")
    assert "503" in ran.stdout


def test_a_lock_without_hashes_fails_the_audit(database: Database, tmp_path: Path) -> None:
    (tmp_path / "bare.lock").write_text("click==8.1.0\n", encoding="utf-8")
    command = [sys.executable, ".ci/audit.py", str(tmp_path / "bare.lock"), str(tmp_path / "none.toml")]
    environment = {**os.environ, "PIP_AUDIT_OSV_URL": database.url, "NO_PROXY": "127.0.0.1"}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout.startswith("audit: failed, pip-audit says:")
    assert "hash" in ran.stdout
