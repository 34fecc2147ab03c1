"""Where the warehouse lies, and how what is built becomes what is published.

    warehouse/
      edumig.duckdb -> .current/edumig.duckdb      what users open
      parquet       -> .current/parquet            the same tables
      findings.md   -> .current/findings.md        what they show
      report        -> .current/report             the same to look at: a page for a browser
      .current      -> .generations/<id>           flipped in one step
      .generations/<id>/                           one whole state: Parquet, DuckDB file, findings, report, manifest.json
      .parts/<source>/<release>/<fingerprint>/     what one release became, shared by generations through hard links

Everything is written under another name first and renamed when whole, so that a reader or a crash sees the old state or
the new one. Belongs here: paths, renames and sweeping. Does not belong here: what is in the files.
"""

import fcntl
import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


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

    def part(self, release_id: str, fingerprint: str) -> Path:
        """Folder of what a release became; it exists only when it is whole."""
        return self.path / ".parts" / release_id / fingerprint

    def current(self) -> Generation | None:
        """The published generation, or None when nothing was published yet."""
        return self._read(self.path / ".current")

    def generation_path(self, identifier: str) -> Path:
        """Folder of the generation of that id; it exists only when its Parquet is whole."""
        return self.path / ".generations" / identifier

    def generation(self, identifier: str) -> Generation | None:
        """The generation of that id when its Parquet is whole, published or not."""
        return self._read(self.generation_path(identifier))

    @staticmethod
    def _read(path: Path) -> Generation | None:
        manifest = path / "manifest.json"
        if not manifest.exists():
            return None
        try:
            releases = json.loads(manifest.read_text(encoding="utf-8"))["releases"]
        except (ValueError, KeyError):
            return None  # damaged: to be built anew
        return Generation(path.resolve(), releases)

    @staticmethod
    def write_manifest(folder: Path, releases: dict[str, str]) -> None:
        """Say which part each release is in a generation being built."""
        text = json.dumps({"releases": releases}, indent=1, sort_keys=True)
        (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")

    @contextmanager
    def building(self, target: Path) -> Iterator[Path]:
        """A folder to write in, which becomes `target` in one step when the block ends well, else is removed."""
        work = self.path / ".building" / uuid.uuid4().hex
        work.mkdir(parents=True)
        try:
            yield work
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():  # somebody built the same meanwhile: same name, same content
                return
            work.rename(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The right to write, held until the block ends; waits for whoever has it. A dead process holds nothing."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def publish(self, generation: Generation) -> None:
        """Make `generation` the one users see, in one step, and sweep what nobody needs any more."""
        before = self.current()
        links = ("edumig.duckdb", "findings.md", "report", "parquet", ".current")
        if occupied := [name for name in links if (self.path / name).exists() and not (self.path / name).is_symlink()]:
            raise FileExistsError(f"{self.path / occupied[0]} is in the way: it was not made by a refresh; move it elsewhere")
        for name in links[:-1]:
            self._link(self.path / name, Path(".current") / name)
        self._link(self.path / ".current", Path(".generations") / generation.path.name)
        if before is None or before.path.name != generation.path.name:
            self._sweep(generation, before)

    def _link(self, link: Path, target: Path) -> None:
        if link.is_symlink() and link.readlink() == target:
            return
        fresh = link.with_name(f".{link.name}.{uuid.uuid4().hex}")
        fresh.symlink_to(target)
        fresh.replace(link)

    def _sweep(self, published: Generation, before: Generation | None) -> None:
        # The generation before stays: its readers may still be listing its Parquet.
        kept = {published.path.name, before.path.name if before else ""}
        for old in (self.path / ".generations").iterdir():
            if old.name not in kept:
                shutil.rmtree(old, ignore_errors=True)
        # Generations hold their Parquet through hard links of their own: parts of older ones can go.
        for part in (self.path / ".parts").glob("*/*/*"):
            if published.releases.get(f"{part.parent.parent.name}/{part.parent.name}") != part.name:
                shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(self.path / ".building", ignore_errors=True)
