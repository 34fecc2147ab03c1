"""What the tests of fetching share: the local server, and fetching from it into a raw folder of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edumig_pipeline.fetch import MIRROR, Outcome, Settings, fetch
from edumig_pipeline.retrieval import web
from edumig_pipeline.retrieval.web import Patience
from tests.pipeline.conftest import Ran, ask, edumig
from tests.publishers.offers import DTM_KEY, Offers
from tests.publishers.server import PublishersServer, serving

HASTY = Patience(attempts=3, first_wait=0.01, longest_wait=0.05, longest_asked=2.0, silence=0.5, longest_file=5.0)


@dataclass
class Listener:
    """Somebody who is told how downloads go on, and remembers."""

    said: list[str] = field(default_factory=list)
    begun: list[tuple[str, int | None]] = field(default_factory=list)
    bytes: int = 0
    ended: int = 0

    def say(self, text: str) -> None:
        self.said.append(text)

    def begin(self, label: str, total: int | None) -> None:
        self.begun.append((label, total))

    def advance(self, count: int) -> None:
        self.bytes += count

    def end(self) -> None:
        self.ended += 1


@dataclass
class Desk:
    """A raw folder and a warehouse, and somebody who fetches from a server: a mirror's, or the publishers' own."""

    raw: Path
    warehouse: Path
    environment: dict[str, str]
    patience: Patience = HASTY
    listener: Listener = field(default_factory=Listener)

    def fetch(self, *wanted: str, dry_run: bool = False) -> list[Outcome]:
        """Fetch what is wanted."""
        return list(fetch(self.raw, wanted, self.listener, Settings(self.patience, self.environment, dry_run)))

    def fetch_one(self, wanted: str) -> Outcome:
        """Fetch one download."""
        (outcome,) = self.fetch(wanted)
        return outcome

    def releases(self, source: str) -> list[str]:
        """Names of the source's release folders."""
        return sorted(path.name for path in (self.raw / source).glob("[!.]*"))

    def left_over(self) -> list[Path]:
        """Files under raw/ that are neither of a release nor a memory of a visit."""
        aside = [path for path in (self.raw / ".fetch").rglob("*") if path.is_file() and path.name != ".lock"]
        return [path for path in aside if path.suffix != ".json"]

    def refresh(self) -> Ran:
        """Run `edumig refresh`."""
        return edumig("refresh", "--raw", str(self.raw), "--warehouse", str(self.warehouse))

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Ask the published file."""
        return ask(self.warehouse / "edumig.duckdb", query)


@pytest.fixture
def offers(tmp_path: Path) -> Offers:
    """What the publishers have."""
    (tmp_path / "desa").mkdir()
    return Offers(tmp_path / "desa")


@pytest.fixture
def server(offers: Offers) -> Iterator[PublishersServer]:
    """A server that stands for all of the publishers'."""
    with serving(offers.answer) as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, server: PublishersServer, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty desk at the local server, where nobody wants a pause between two requests."""
    monkeypatch.setattr(web, "sleep", lambda _: None)
    environment = {MIRROR: server.address, "DTM_SUBSCRIPTION_KEY": DTM_KEY}
    return Desk(tmp_path / "raw", tmp_path / "warehouse", environment)
