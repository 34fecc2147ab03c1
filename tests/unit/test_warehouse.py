"""What is published changes in one step, and nobody who reads loses anything.

Here: folders, links, sweeping and the lock. Not here: what a generation holds.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import duckdb
import pytest

from edumig_pipeline.warehouse import Generation, Warehouse

PARTS_OF = {"A": {"s/2019": "a19", "s/2020": "a20"}, "B": {"s/2019": "a19", "s/2020": "b20"}, "C": {"s/2020": "b20", "t/1": "c1"}}
AGE = 100_000  # seconds; what is built here looks as if built this long ago, one after the other


@pytest.fixture(params=["absolute", "relative", "through a link"])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """A warehouse folder named in each of the ways a user names one; `relative` is the command line's default."""
    if request.param == "relative":
        monkeypatch.chdir(tmp_path)
        return Warehouse(Path("warehouse"))
    if request.param == "absolute":
        return Warehouse(tmp_path / "warehouse")
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    return Warehouse(tmp_path / "link" / "warehouse")


def part(warehouse: Warehouse, release: str, fingerprint: str) -> Path:
    target = warehouse.part(release, fingerprint)
    if not target.exists():
        with warehouse.building(target) as work:
            (work / "observations.parquet").write_text(fingerprint, encoding="utf-8")
    return target


def generation(warehouse: Warehouse, name: str) -> Generation:
    """The generation of that name, its parts and its files, each of which says the name."""
    releases = PARTS_OF.get(name, {"s/2020": name})
    for release, fingerprint in releases.items():
        part(warehouse, release, fingerprint)
    target = warehouse.generation_path(name)
    if not target.exists():
        with warehouse.building(target) as work:
            (work / "parquet").mkdir()
            (work / "parquet" / "name").write_text(name, encoding="utf-8")
            (work / "edumig.duckdb").write_text(name, encoding="utf-8")
            warehouse.write_manifest(work, releases)
        built = time.time() - AGE + sum(1 for _ in target.parent.iterdir())
        os.utime(target, (built, built))
    found = warehouse.generation(name)
    assert found is not None
    return found


def publish(warehouse: Warehouse, *names: str) -> None:
    for name in names:
        warehouse.publish(generation(warehouse, name))
        time.sleep(0.02)  # clocks of file systems are coarse


def seen(warehouse: Warehouse) -> tuple[str | None, str | None]:
    """What a user reads: from the DuckDB file, and from the Parquet folder; None where there is nothing to read."""

    def read(path: Path) -> str | None:
        return path.read_text(encoding="utf-8") if path.exists() else None

    return read(warehouse.database), read(warehouse.parquet / "name")


def kept(warehouse: Warehouse, folder: str, depth: str = "*") -> set[str]:
    return {path.relative_to(warehouse.path / folder).as_posix() for path in (warehouse.path / folder).glob(depth)}


# Building


def test_what_was_built_appears_whole_under_its_name(warehouse: Warehouse) -> None:
    target = warehouse.part("s/2020", "f")
    with warehouse.building(target) as work:
        (work / "one").write_text("1", encoding="utf-8")
        assert not target.exists()
        (work / "two").write_text("2", encoding="utf-8")
    assert {path.name for path in target.iterdir()} == {"one", "two", ".seal"}
    assert kept(warehouse, ".building") == set()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_build_that_fails_leaves_nothing(warehouse: Warehouse, error: type[BaseException]) -> None:
    target = warehouse.part("s/2020", "f")

    def build() -> None:
        with warehouse.building(target) as work:
            (work / "half").write_text("1", encoding="utf-8")
            (work / "folder").mkdir()
            raise error("stop")

    with pytest.raises(error, match="stop"):
        build()
    assert not target.exists()
    assert kept(warehouse, ".building") == set()
    assert kept(warehouse, ".", "**/half") == set()


def test_what_somebody_else_built_meanwhile_stays(warehouse: Warehouse) -> None:
    target = warehouse.part("s/2020", "f")
    with warehouse.building(target) as work:
        (work / "mine").write_text("1", encoding="utf-8")
        with warehouse.building(target) as other:
            (other / "theirs").write_text("2", encoding="utf-8")
    assert {path.name for path in target.iterdir()} == {"theirs", ".seal"}
    assert kept(warehouse, ".building") == set()


def test_a_generation_without_its_manifest_is_none(warehouse: Warehouse) -> None:
    warehouse.generation_path("half").mkdir(parents=True)
    assert warehouse.generation("half") is None
    assert warehouse.current() is None


# Publishing


def test_nothing_is_published_before_the_first_publication(warehouse: Warehouse) -> None:
    generation(warehouse, "A")
    assert warehouse.current() is None
    assert seen(warehouse) == (None, None)


def test_the_published_generation_is_what_users_read(warehouse: Warehouse) -> None:
    for name in ("A", "B"):
        publish(warehouse, name)
        assert seen(warehouse) == (name, name)
        current = warehouse.current()
        assert current is not None
        assert current.releases == PARTS_OF[name]
        assert current.database.read_text(encoding="utf-8") == name


Steps: TypeAlias = Callable[[Callable[[], None]], None]


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Calls a function before and after every change to the file system that publishing makes."""

    def watch(look: Callable[[], None]) -> None:
        for owner, name in ((Path, "replace"), (Path, "symlink_to"), (Path, "unlink"), (shutil, "rmtree")):
            monkeypatch.setattr(owner, name, watched(getattr(owner, name), look))

    def watched(really: Callable[..., object], look: Callable[[], None]) -> Callable[..., object]:
        def step(*arguments: object, **options: object) -> object:
            look()
            result = really(*arguments, **options)
            look()
            return result

        return step

    return watch


def test_publishing_flips_file_and_folder_in_one_step(warehouse: Warehouse, every_step: Steps) -> None:
    publish(warehouse, "A")
    fresh = generation(warehouse, "B")
    views: list[tuple[str | None, str | None]] = []
    every_step(lambda: views.append(seen(warehouse)))
    warehouse.publish(fresh)
    assert views[0] == ("A", "A")
    assert views[-1] == ("B", "B")
    assert set(views) == {("A", "A"), ("B", "B")}
    assert views == sorted(views, key=lambda view: str(view[0])), "it went back"


def test_the_first_publication_shows_all_or_nothing(warehouse: Warehouse, every_step: Steps) -> None:
    fresh = generation(warehouse, "A")
    views: list[tuple[str | None, str | None]] = []
    every_step(lambda: views.append(seen(warehouse)))
    warehouse.publish(fresh)
    assert views[0] == (None, None)
    assert set(views) == {(None, None), ("A", "A")}


def test_publishing_the_published_again_changes_nothing(warehouse: Warehouse) -> None:
    publish(warehouse, "A", "B")
    before = {path: path.lstat().st_ino for path in warehouse.path.rglob("*")}
    publish(warehouse, "B")
    assert {path: path.lstat().st_ino for path in warehouse.path.rglob("*")} == before


# Sweeping


def test_the_published_and_the_previous_generation_stay_and_older_ones_go(warehouse: Warehouse) -> None:
    publish(warehouse, "A", "B")
    assert kept(warehouse, ".generations") == {"A", "B"}
    publish(warehouse, "C")
    assert kept(warehouse, ".generations") == {"B", "C"}
    publish(warehouse, "D")
    assert kept(warehouse, ".generations") == {"C", "D"}


def test_going_back_to_an_earlier_state_leaves_it_and_the_one_before_in_place(warehouse: Warehouse) -> None:
    publish(warehouse, "A", "B", "A")
    assert seen(warehouse) == ("A", "A")
    assert kept(warehouse, ".generations") == {"A", "B"}


def test_the_previous_generation_is_the_one_published_before_not_the_one_built_before(warehouse: Warehouse) -> None:
    publish(warehouse, "A", "B", "A", "C")
    assert seen(warehouse) == ("C", "C")
    assert kept(warehouse, ".generations") == {"A", "C"}


def test_going_back_by_another_name_of_the_folder_does_not_remove_what_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(Warehouse(tmp_path / "warehouse"), "A", "B")
    monkeypatch.chdir(tmp_path)
    publish(Warehouse(Path("warehouse")), "A")
    assert seen(Warehouse(tmp_path / "warehouse")) == ("A", "A")


def test_parts_that_no_release_of_the_published_generation_is_in_are_swept(warehouse: Warehouse) -> None:
    publish(warehouse, "A")
    part(warehouse, "s/2020", "never used")
    part(warehouse, "u/2020", "never used")
    assert kept(warehouse, ".parts", "*/*/*") == {"s/2019/a19", "s/2020/a20", "s/2020/never used", "u/2020/never used"}
    publish(warehouse, "B")
    assert kept(warehouse, ".parts", "*/*/*") == {"s/2019/a19", "s/2020/b20"}
    publish(warehouse, "C")
    assert kept(warehouse, ".parts", "*/*/*") == {"s/2020/b20", "t/1/c1"}


def test_what_a_killed_build_left_is_swept(warehouse: Warehouse) -> None:
    publish(warehouse, "A")
    (warehouse.path / ".building" / "left").mkdir(parents=True)
    publish(warehouse, "B")
    assert not (warehouse.path / ".building").exists()


# Readers. A process opens the file for itself, as every client does.

READ = "import duckdb, sys; print(duckdb.connect(sys.argv[1], read_only=True).execute('SELECT count(*) FROM t').fetchall()[0][0])"


def with_database(warehouse: Warehouse, name: str, rows: int) -> Generation:
    found = generation(warehouse, name)
    found.database.unlink()
    with duckdb.connect(str(found.database)) as db:
        db.execute(f"CREATE TABLE t AS SELECT range AS n FROM range({rows})")
    return found


def rows_for_a_new_process(warehouse: Warehouse) -> int:
    run = subprocess.run(
        [sys.executable, "-c", READ, str(warehouse.database)], capture_output=True, text=True, check=True, timeout=60
    )
    return int(run.stdout)


def test_who_has_the_file_open_keeps_the_old_rows_while_a_new_process_sees_the_new(warehouse: Warehouse) -> None:
    warehouse.publish(with_database(warehouse, "A", 100_000))
    with duckdb.connect(str(warehouse.database), read_only=True) as reader:
        assert reader.execute("SELECT count(*) FROM t").fetchall() == [(100_000,)]
        for name, rows in (("B", 2), ("C", 3)):
            warehouse.publish(with_database(warehouse, name, rows))
            assert rows_for_a_new_process(warehouse) == rows
            assert reader.execute("SELECT count(*), sum(n) FROM t").fetchall() == [(100_000, 4_999_950_000)]


def test_who_connects_anew_sees_the_new_rows_though_the_old_connection_is_open(warehouse: Warehouse) -> None:
    warehouse.publish(with_database(warehouse, "A", 5))
    with duckdb.connect(str(warehouse.database), read_only=True) as old:
        warehouse.publish(with_database(warehouse, "B", 7))
        with duckdb.connect(str(warehouse.database), read_only=True) as new:
            assert new.execute("SELECT count(*) FROM t").fetchall() == [(7,)]
        assert old.execute("SELECT count(*) FROM t").fetchall() == [(5,)]


def test_who_lists_the_parquet_folder_of_the_previous_generation_can_go_on_reading(warehouse: Warehouse) -> None:
    publish(warehouse, "A")
    listed = [path.resolve() for path in warehouse.parquet.iterdir()]
    publish(warehouse, "B")
    assert [path.read_text(encoding="utf-8") for path in listed] == ["A"]


# The lock

HOLD = """
import sys
from pathlib import Path
from edumig_pipeline.warehouse import Warehouse

folder, log, name = sys.argv[1:]
print("comes", flush=True)
with Warehouse(Path(folder)).locked():
    with open(log, "a") as lines:
        lines.write(name + " has it\\n")
    print("has it", flush=True)
    sys.stdin.readline()
    with open(log, "a") as lines:
        lines.write(name + " goes\\n")
"""


class Holder:
    """A process that takes the lock, says so, and keeps it until told to go or killed."""

    def __init__(self, folder: Path, name: str) -> None:
        command = [sys.executable, "-c", HOLD, str(folder / "warehouse"), str(folder / "log"), name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.heard() == "comes"

    def heard(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go(self) -> None:
        self.process.communicate("\n", timeout=60)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=60)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Callable[[str], Holder]]:
    """Starts processes that want the lock; none outlives the test."""
    started: list[Holder] = []

    def start(name: str) -> Holder:
        started.append(Holder(tmp_path, name))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()


def is_free(folder: Path) -> bool:
    with (folder / "warehouse" / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_one_process_at_a_time_has_the_lock(tmp_path: Path, holder: Callable[[str], Holder]) -> None:
    first = holder("first")
    assert first.heard() == "has it"
    assert not is_free(tmp_path)
    second = holder("second")
    first.go()
    assert second.heard() == "has it"
    assert not is_free(tmp_path)
    second.go()
    assert is_free(tmp_path)
    assert (tmp_path / "log").read_text().splitlines() == ["first has it", "first goes", "second has it", "second goes"]


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path, holder: Callable[[str], Holder]) -> None:
    first = holder("first")
    assert first.heard() == "has it"
    waiting = holder("waiting")
    first.kill()
    assert waiting.heard() == "has it"
    waiting.go()
    assert (tmp_path / "log").read_text().splitlines() == ["first has it", "waiting has it", "waiting goes"]


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    def fail() -> None:
        with Warehouse(tmp_path / "warehouse").locked():
            assert not is_free(tmp_path)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert is_free(tmp_path)
