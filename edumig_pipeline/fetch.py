"""New releases from the publishers into raw/, in the steps that tests, the command line and Dagster call alike.

Belongs here: the order of the steps, and what a download ended with. Does not belong here: how a step works
(`retrieval/`), or any publisher's addresses (`sources/`).
"""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from time import monotonic

from edumig_pipeline.log import ERROR, INFO, WARNING, tell
from edumig_pipeline.retrieval.discretion import Discreet
from edumig_pipeline.retrieval.errors import TooMuchAskedError, WebError
from edumig_pipeline.retrieval.inspection import InspectionError, inspect
from edumig_pipeline.retrieval.shelf import BusyError, Shelf, intact
from edumig_pipeline.retrieval.visits import Visit, recall, remember
from edumig_pipeline.retrieval.web import Client, Patience, Validators, Watch
from edumig_pipeline.sources.downloads import Download, Plan, ReplyError, Request
from edumig_pipeline.sources.layout import Source
from edumig_pipeline.sources.registry import sources

MIRROR = "EDUMIG_MIRROR"
_UNCHANGED = "is the newest, and it is there"


class State(StrEnum):
    """How a look for a release ended."""

    LANDED = "landed"
    UNCHANGED = "unchanged"
    PLANNED = "planned"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of one download: the release concerned, what to tell of it, and the pieces that will not land."""

    source: str
    download: str
    state: State
    message: str
    release: str | None = None
    strange: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """source/download, as one asks for it."""
        return f"{self.source}/{self.download}"


@dataclass(frozen=True)
class Settings:
    """What a fetch needs from outside: patience, the environment, and whether only to say what would be fetched."""

    patience: Patience = field(default_factory=Patience)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    dry_run: bool = False


def downloads(wanted: Collection[str] = ()) -> list[tuple[Source, Download]]:
    """The downloads that are named by `source` or `source/download`; all when none is. Raises KeyError for an unknown name."""
    known = [(source, download) for source in sources().values() for download in source.downloads]
    names = {name for source, download in known for name in (source.id, f"{source.id}/{download.id}")}
    if unknown := sorted(set(wanted) - names):
        raise KeyError(*unknown)
    return [(s, d) for s, d in known if not wanted or {s.id, f"{s.id}/{d.id}"} & set(wanted)]


def fetch(raw: Path, wanted: Collection[str], watch: Watch, settings: Settings | None = None) -> Iterator[Outcome]:
    """Bring what is new into `raw`, download by download; what goes wrong with one never stops the others.

    Each ends with a whole release under raw/<source>/<release>/, or with none and what was there untouched.
    """
    for source, download in downloads(wanted):
        began = monotonic()
        outcome = _fetch(raw, source, download, watch, settings or Settings())
        _tell(outcome, seconds=round(monotonic() - began, 3))
        yield outcome


def _tell(outcome: Outcome, seconds: float) -> None:
    """Put into the log what became of a download, and a line for each piece of it that will not land."""
    of = {"source": outcome.source, "download": outcome.download, "release": outcome.release}
    level = ERROR if outcome.state is State.FAILED else WARNING if outcome.state is State.SKIPPED else INFO
    tell("download_ended", level, **of, state=outcome.state, reason=outcome.message, seconds=seconds)
    for piece in outcome.strange:
        tell("piece_will_not_land", WARNING, **of, reason=piece)


def _fetch(raw: Path, source: Source, download: Download, watch: Watch, settings: Settings) -> Outcome:
    """What became of a download, whatever it was."""
    key = download.key
    if key and not settings.environment.get(key.variable):
        reason = f"needs a key in the environment variable {key.variable}; get one at {key.where}"
        return Outcome(source.id, download.id, State.SKIPPED, reason)
    discreet = Discreet(watch, key, settings.environment, addresses=(MIRROR,))
    client = Client(
        discreet,
        settings.patience,
        mirror=settings.environment.get(MIRROR),
        headers={key.header: settings.environment[key.variable]} if key else {},
        hosts=download.hosts,
        pause=download.pause,
        as_browser=download.as_browser,
    )
    try:
        return _look(Shelf(raw, source.id), source, download, client, dry_run=settings.dry_run)
    except (WebError, ReplyError, InspectionError, BusyError) as error:
        reason = str(error)
    except OSError as error:
        reason = f"cannot be written under {raw}: {error}"
    except Exception as error:  # noqa: BLE001  whatever a reply that nobody foresaw does, the other publishers are fetched
        reason = f"what came is of no kind that was foreseen: {type(error).__name__}: {error}"
    return Outcome(source.id, download.id, State.FAILED, discreet.without_secrets(reason))


def _look(shelf: Shelf, source: Source, download: Download, client: Client, *, dry_run: bool) -> Outcome:
    """Ask for the newest release, and bring it unless it is there; on a dry run say what would be asked for."""
    plan = download.plan(client)
    if plan.settled and plan.release and (there := shelf.release(plan.release)) and intact(there):
        return Outcome(source.id, download.id, State.UNCHANGED, _UNCHANGED, there.name)
    if dry_run:
        addresses = "\n".join(f"  {request.url}" for request in plan.requests)
        name = plan.release or f"{download.id}-<day>"
        message = f"would be fetched, unless it did not change, from\n{addresses}"
        return Outcome(source.id, download.id, State.PLANNED, message, name)
    with shelf.taken():
        return _Arrival(shelf, source, download, plan, client).bring()


@dataclass(frozen=True)
class _Arrival:
    """A release on its way from its publisher to raw/."""

    shelf: Shelf
    source: Source
    download: Download
    plan: Plan
    client: Client

    def bring(self) -> Outcome:
        """Download what changed, look at it, and move it into place when it is whole and new."""
        before = self._last_visit()
        with self.shelf.incoming() as folder:
            states = self._download(folder, before)
            if not states and before:
                return self._unchanged(before.release, before.addresses)
            blank = {request.file for request in states if request.blank}
            strange = inspect(folder, self.source, self.download, blank, sources())
            addresses = {request.url: state for request, state in states.items()}
            if same := self.shelf.same_as(folder, self.download.id):
                return self._unchanged(same.name, addresses)
            return self._put(folder, states, strange)

    def _last_visit(self) -> Visit | None:
        """The last look, as long as what it found is still there as it came."""
        visit = recall(self.shelf.memory(self.download.id))
        there = self.shelf.release(visit.release) if visit else None
        return visit if there and intact(there) else None

    def _download(self, folder: Path, before: Visit | None) -> dict[Request, Validators]:
        """The requests that brought the release, with the state of each address; none when nothing changed since before.

        A release is asked for as a whole: where one of its files changed, the others are downloaded as well.
        """
        known = before.addresses if before else {}
        unchanged: list[Request] = []
        changed: dict[Request, Validators] = {}
        waiting = list(self.plan.requests)
        while waiting:
            request = waiting.pop(0)
            try:
                state = self._save(request, folder, known.get(request.url, Validators()))
            except TooMuchAskedError as error:
                smaller = request.smaller(error.said)
                if not smaller:
                    raise
                self.client.watch.say(f"{request.file}: too much to be asked for at once, asking for {len(smaller)} pieces")
                waiting = [*smaller, *waiting]
                continue
            if state is None:
                unchanged.append(request)
            else:
                changed[request] = state
        if changed:
            for request in unchanged:
                if state := self._save(request, folder, Validators()):
                    changed[request] = state
        return changed

    def _save(self, request: Request, folder: Path, known: Validators) -> Validators | None:
        target = folder / request.file
        return self.client.save(request.url, target, kinds=request.kinds, max_bytes=self.download.max_bytes, known=known)

    def _unchanged(self, release: str, addresses: Mapping[str, Validators]) -> Outcome:
        self._remember(release, addresses)
        return Outcome(self.source.id, self.download.id, State.UNCHANGED, _UNCHANGED, release)

    def _put(self, folder: Path, states: Mapping[Request, Validators], strange: tuple[str, ...]) -> Outcome:
        now = datetime.now(UTC).date().isoformat()
        modified = max((state.day for state in states.values() if state.day), default=None)
        named = self.plan.release or f"{self.download.id}-{modified or now}"
        release = self.shelf.free_name(named, modified or now)
        about = {
            "publisher": self.source.publisher,
            "title": self.download.title,
            "url": self.source.url,
            # A release that its publisher brings out anew under the old name is of the day on which that was done.
            "published": (self.plan.published if release == named else None) or modified,
            "retrieved": now,
            "licence": self.download.licence,
            "citation": self.download.citation.format(retrieved=now),
            "coverage": self.download.coverage,
            "download": self.download.id,
        }
        addresses = {request.file: request.url for request in states}
        self.shelf.put(folder, release, {name: value for name, value in about.items() if value}, addresses)
        self._remember(release, {request.url: state for request, state in states.items()})
        size = sum(path.stat().st_size for path in (self.shelf.raw / self.source.id / release).iterdir())
        message = f"{len(addresses)} {'file' if len(addresses) == 1 else 'files'}, {size / 1e6:,.1f} MB"
        return Outcome(self.source.id, self.download.id, State.LANDED, message, release, strange)

    def _remember(self, release: str, addresses: Mapping[str, Validators]) -> None:
        looked = datetime.now(UTC).isoformat(timespec="seconds")
        remember(self.shelf.memory(self.download.id), Visit(looked, release, addresses))
