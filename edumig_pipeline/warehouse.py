"""Where the warehouse lies, and how what is built becomes what is published.

    warehouse/
      edumig.duckdb -> .current/edumig.duckdb      what users open
      parquet       -> .current/parquet            the same tables
      findings.md   -> .current/findings.md        what they show
      report        -> .current/report             the same to look at: a page for a browser
      .current      -> .generations/<id>           flipped in one step
      .previous     -> .generations/<id>           what was published before; set before .current is flipped
      .generations/<id>/                           one whole state: Parquet, DuckDB file, findings, report, manifest.json
      .runs/                                       how each run ended (`journal`)
      .parts/<source>/<release>/<fingerprint>/     what one release became, shared by generations through hard links
      .building/                                   everything that is not whole yet; whatever else is needed meanwhile
      .lock                                        who writes

Everything is written below .building first, sealed, and renamed when whole, so that a reader or a crash sees the old state or
the new one, and one folder holds all that a crash may leave. What is to stay follows from the two links alone.

Belongs here: paths, renames and sweeping. Does not belong here: what is in the files, or how a seal (`seal`) or a lock
(`lock`) works.
"""

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edumig_pipeline.lock import held
from edumig_pipeline.seal import is_sealed, seal
from edumig_pipeline.watch import NOBODY, Watch

_BUILT, _COMPLETED = ".seal", ".file.seal"  # of what `building` makes, and of what `completing` adds to a generation
_SHOWN = ("edumig.duckdb", "findings.md", "report", "parquet")  # links that users know, through .current


@dataclass(frozen=True)
class Generation:
    """A state of the warehouse: which part each release is in it, by fingerprint."""

    path: Path
    releases: dict[str, str]

    @property
    def database(self) -> Path:
        """The generation's DuckDB file; not there yet while only its Parquet is built."""
        return self.path / "edumig.duckdb"

    @property
    def report(self) -> Path:
        """The generation's page; there once its DuckDB file is."""
        return self.path / "report" / "index.html"

    def parquet(self, table: str) -> Path:
        """Folder of the table's Parquet files."""
        return self.path / "parquet" / table

    @property
    def is_complete(self) -> bool:
        """Whether its DuckDB file, findings and report are there and as they were written."""
        return is_sealed(self.path, _COMPLETED) and not self.written_to.exists()

    @property
    def written_to(self) -> Path:
        """What lies beside the DuckDB file when a client wrote to it and did not close it; whoever opens it reads that too."""
        return self.path / "edumig.duckdb.wal"


@dataclass(frozen=True)
class Warehouse:
    """A warehouse folder; it need not exist yet."""

    path: Path

    @property
    def database(self) -> Path:
        """The published DuckDB file."""
        return self.path / "edumig.duckdb"

    @property
    def report(self) -> Path:
        """The published page."""
        return self.path / "report" / "index.html"

    @property
    def parquet(self) -> Path:
        """The published Parquet folder."""
        return self.path / "parquet"

    @property
    def runs(self) -> Path:
        """Folder of what is known of the runs."""
        return self.path / ".runs"

    def part(self, release_id: str, fingerprint: str) -> Path:
        """Folder of what a release became; to be read only when it `is_whole`."""
        return self.path / ".parts" / release_id / fingerprint

    @property
    def has_published(self) -> bool:
        """Whether anything was published, be it damaged or gone since."""
        return self._current.is_symlink()

    def current(self) -> Generation | None:
        """The published generation, or None when nothing was published yet, or cannot be told any more."""
        return self._read(self._current)

    def generation_path(self, identifier: str) -> Path:
        """Folder of the generation of that id; to be read only when it `is_whole`."""
        return self.path / ".generations" / identifier

    def generation(self, identifier: str) -> Generation | None:
        """The generation of that id when its Parquet is whole, published or not."""
        path = self.generation_path(identifier)
        return self._read(path) if self.is_whole(path) else None

    @staticmethod
    def is_whole(target: Path) -> bool:
        """Whether a part, or the Parquet of a generation, is there and as it was built."""
        return is_sealed(target, _BUILT)

    @staticmethod
    def _read(path: Path) -> Generation | None:
        try:
            releases = json.loads((path / "manifest.json").read_text(encoding="utf-8"))["releases"]
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
            return None  # not there, or damaged: to be built anew
        return Generation(path.resolve(), releases)

    @staticmethod
    def write_manifest(folder: Path, releases: dict[str, str]) -> None:
        """Say which part each release is in a generation being built."""
        text = json.dumps({"releases": releases}, indent=1, sort_keys=True)
        (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")

    @contextmanager
    def building(self, target: Path) -> Iterator[Path]:
        """A folder to write in, which becomes `target`, sealed, when the block ends well, else is removed.

        A target that is there and whole stays as it is. A damaged one gets each file anew, since somebody may be reading it:
        what is built of the same has the same content.
        """
        with self._workplace() as work:
            yield work
            seal(work, _BUILT)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                work.rename(target)
            elif not self.is_whole(target):
                _move_into(target, work, _BUILT)

    @contextmanager
    def completing(self, generation: Generation) -> Iterator[Path]:
        """A folder to write a generation's DuckDB file, findings and report in; they become part of it, sealed, at the end."""
        with self._workplace() as work:
            yield work
            seal(work, _COMPLETED)
            generation.written_to.unlink(missing_ok=True)  # else it would be taken for what was written to the new file
            _move_into(generation.path, work, _COMPLETED)

    @contextmanager
    def _workplace(self) -> Iterator[Path]:
        work = self.path / ".building" / uuid.uuid4().hex
        work.mkdir(parents=True)
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
            with suppress(OSError):  # somebody else may have left something there
                work.parent.rmdir()

    @contextmanager
    def locked(self, watch: Watch = NOBODY) -> Iterator[None]:
        """The right to write, held until the block ends; who waits is told who has it. A dead process holds nothing."""
        self.path.mkdir(parents=True, exist_ok=True)
        with held(self.path / ".lock", watch):
            yield

    def publish(self, generation: Generation) -> None:
        """Make `generation` the one users see, in one step, and sweep what nobody needs any more."""
        links = [self.path / name for name in (*_SHOWN, ".previous", ".current")]
        if occupied := [link for link in links if link.exists() and not link.is_symlink()]:
            raise FileExistsError(f"{occupied[0]} is in the way: it was not made by a refresh; move it elsewhere")
        targets = {self.path / name: Path(".current") / name for name in _SHOWN}
        if self.has_published and self._current.readlink().name != generation.path.name:
            targets[self._previous] = self._current.readlink()
        targets[self._current] = Path(".generations") / generation.path.name
        self._link({link: target for link, target in targets.items() if not link.is_symlink() or link.readlink() != target})
        self._sweep(generation)

    @property
    def _current(self) -> Path:
        return self.path / ".current"

    @property
    def _previous(self) -> Path:
        return self.path / ".previous"

    def _link(self, targets: dict[Path, Path]) -> None:
        """Set links to their targets, in this order; when there is no room for one of them, none is set."""
        if targets:
            with self._workplace() as work:
                for link, target in targets.items():
                    (work / link.name).symlink_to(target)
                for link in targets:
                    (work / link.name).replace(link)

    def _sweep(self, published: Generation) -> None:
        """Remove what the two links do not need: also what a refresh that was killed did not come to remove."""
        # The generation before stays: its readers may still be listing its Parquet.
        kept = {link.readlink().name for link in (self._current, self._previous) if link.is_symlink()}
        old = [path for path in (self.path / ".generations").iterdir() if path.name not in kept]
        # Generations hold their Parquet through hard links of their own: parts of older ones can go.
        used = {self.part(*of_release) for of_release in published.releases.items()}
        old += [part for part in (self.path / ".parts").glob("*/*/*") if part not in used]
        building = self.path / ".building"
        with suppress(OSError):  # the next refresh sweeps what this one cannot
            for path in old:  # moved away first, so that a crash leaves none of them cut under its own name
                building.mkdir(exist_ok=True)
                path.rename(building / uuid.uuid4().hex)
        shutil.rmtree(building, ignore_errors=True)


def _move_into(target: Path, work: Path, last: str) -> None:
    """Put every file below `work` at its place below `target`, over what is there, `last` when all others are there.

    In folders below `target` nothing else stays than what `work` has there.
    """
    for place, _, names in os.walk(work):
        folder = target / Path(place).relative_to(work)
        folder.mkdir(exist_ok=True)
        for name in names:
            if name != last:
                Path(place, name).replace(folder / name)
        if folder != target:
            for path in folder.iterdir():
                if path.name not in names and not path.is_dir():
                    path.unlink()
    (work / last).replace(target / last)
