"""Refreshing again: what is rewritten, what stays, and what a reader sees meanwhile."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from edumig_pipeline.publish import database
from edumig_pipeline.publish.database import PublicationError
from tests.pipeline.conftest import ROOT, Place, edumig, uis

KAZ, NAM = "26637,KAZ,2018,14332,,", "26637,NAM,2018,5000,,"
OLD, NEW = "unesco_uis/2025-02/data.csv", "unesco_uis/2026-02/data.csv"


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of every file of the warehouse but its lock and its journal."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock" and path.parent.name != ".runs"]
    return {path.relative_to(folder).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


def test_nothing_is_rewritten_when_nothing_changed(place: Place) -> None:
    place.put(NEW, uis([KAZ]))
    place.refresh()
    before = state(place.warehouse)
    ran = place.refresh()
    assert (ran.code, "Already up to date" in ran.out) == (0, True)
    assert state(place.warehouse) == before


def test_flaws_are_told_again_when_nothing_changed(place: Place) -> None:
    place.put(NEW, uis([KAZ, "26637,KZA,2018,1,,"]))
    first, second = place.refresh(), place.refresh()
    assert (first.code, second.code) == (1, 1)
    assert first.complaints == second.complaints == second.err != ""


def test_one_changed_release_rebuilds_its_part_alone(place: Place) -> None:
    place.put(OLD, uis([KAZ]))
    place.put(NEW, uis([KAZ]))
    place.refresh()
    parts = place.warehouse / "parquet/observations"
    before = {path.name: path.stat().st_ino for path in parts.iterdir()}
    place.put(NEW, uis([KAZ, NAM]))
    assert place.refresh().code == 0
    after = {path.name: path.stat().st_ino for path in parts.iterdir()}
    assert after["unesco_uis__2025-02.parquet"] == before["unesco_uis__2025-02.parquet"]
    assert after["unesco_uis__2026-02.parquet"] != before["unesco_uis__2026-02.parquet"]
    assert place.ask("SELECT release, count(*) FROM observations GROUP BY ALL ORDER BY ALL") == [("2025-02", 1), ("2026-02", 2)]


def test_a_removed_release_goes(place: Place) -> None:
    place.put(OLD, uis([KAZ]))
    new = place.put(NEW, uis([KAZ]))
    place.refresh()
    new.unlink()
    place.refresh()
    assert place.ask("SELECT DISTINCT release FROM observations") == [("2025-02",)]
    assert place.ask("SELECT release FROM releases") == [("2025-02",)]


def test_one_source_alone_leaves_the_others_as_they_were(place: Place) -> None:
    place.put(NEW, uis([KAZ]))
    place.put("iom/2020/data.csv", "nonsense\n")
    assert place.refresh("--source", "unesco_uis").code == 0, "the other source is not looked at"
    place.put(NEW, uis([KAZ, NAM]))
    assert place.refresh("--source", "unesco_uis").code == 0
    assert place.ask("SELECT count(*) FROM observations") == [(2,)]
    assert place.refresh("--source", "unesco_uis", "--source", "iom").code == 1


def test_one_source_alone_keeps_naming_stray_files(place: Place) -> None:
    place.put(NEW, uis([KAZ]))
    place.put("iom/stray.csv", "x\n")
    assert place.refresh("--source", "unesco_uis").code == 1
    assert place.ask("SELECT raw_file FROM quarantine") == [("iom/stray.csv",)]


def test_a_newer_release_with_one_direction_takes_the_other_from_nobody(place: Place) -> None:
    place.put(OLD, uis(["26637,KAZ,2013,8710,,", "OE.5T8.40510,KAZ,2013,54153,UIS_EST,", "26637,KAZ,2014,1,,"]))
    place.put(NEW, uis(["26637,KAZ,2013,8711,,", "26637,KAZ,2014,2,,", "26637,KAZ,2015,3,,"]))
    assert place.refresh().code == 0
    question = "SELECT year, release, inbound_students, outbound_students, net_students FROM student_mobility ORDER BY year"
    assert place.ask(question) == [
        (2013, "2025-02", 8710, 54153, 8710 - 54153),
        (2014, "2026-02", 2, None, None),
        (2015, "2026-02", 3, None, None),
    ]


def test_a_client_that_holds_the_file_open_for_writing_is_no_obstacle(place: Place) -> None:
    place.put(NEW, uis([KAZ]))
    place.refresh()
    code = f"import duckdb; duckdb.connect({str(place.warehouse / 'edumig.duckdb')!r}); print('open', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == "open\n"
        assert place.refresh().code == 0
        place.put(NEW, uis([KAZ, NAM]))
        assert place.refresh().code == 0
        client.communicate("\n", timeout=60)


def test_the_file_is_in_the_storage_format_that_older_clients_open(place: Place) -> None:
    place.put(NEW, uis([KAZ]))
    place.refresh()
    header = (place.warehouse / "edumig.duckdb").read_bytes()[:20]
    assert (header[8:12], int.from_bytes(header[12:20], "little")) == (b"DUCK", 64), "64 is the format of v1.0.0"


@pytest.mark.parametrize("name", ["parquet", "edumig.duckdb"])
def test_what_a_refresh_did_not_make_is_not_replaced(place: Place, name: str) -> None:
    place.put(NEW, uis([KAZ]))
    (place.warehouse / name).mkdir(parents=True)
    ran = place.refresh()
    assert ran.code == 2
    assert "is in the way" in ran.err
    assert [path.name for path in place.warehouse.iterdir() if not path.name.startswith(".")] == [name]


def test_two_sources_refreshed_at_once_are_both_published(place: Place) -> None:
    place.put(NEW, uis([KAZ]))
    iom = next((ROOT / "raw/iom").glob("*/*.csv"))
    place.put("iom/2020-01-08/data.csv", iom.read_bytes())
    command = [sys.executable, "-c", "import sys; from edumig_pipeline.cli import main; main(sys.argv[1:])", "refresh"]
    folders = ["--raw", str(place.raw), "--warehouse", str(place.warehouse)]
    runs = [
        subprocess.Popen([*command, *folders, "--source", source], stdout=subprocess.DEVNULL) for source in ("unesco_uis", "iom")
    ]
    assert [run.wait(timeout=120) for run in runs] == [0, 0]
    assert place.ask("SELECT DISTINCT source FROM observations ORDER BY source") == [("iom",), ("unesco_uis",)]


def test_a_reader_keeps_the_file_it_opened(place: Place) -> None:
    place.put(NEW, uis([KAZ]))
    place.refresh()
    path = str(place.warehouse / "edumig.duckdb")
    question = "SELECT count(*) FROM observations"
    with duckdb.connect(path, read_only=True) as reader:
        place.put(NEW, uis([KAZ, NAM]))
        assert place.refresh().code == 0
        place.put(NEW, uis([KAZ, NAM, "26637,RUS,2018,1,,"]))
        assert place.refresh().code == 0
        assert reader.execute(question).fetchall() == [(1,)]
    asked = f"import duckdb; print(duckdb.connect({path!r}, read_only=True).execute({question!r}).fetchall())"
    assert subprocess.check_output([sys.executable, "-c", asked], text=True).strip() == "[(3,)]"


def test_a_file_that_does_not_hold_the_contract_is_not_published(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.put(NEW, uis([KAZ]))
    place.refresh()
    before = (place.warehouse / "edumig.duckdb").resolve()
    place.put(NEW, uis([KAZ, NAM]))
    monkeypatch.setattr(database, "create_table", lambda table: f"CREATE TABLE {table.name} (wrong INTEGER)")
    ran = place.refresh()
    assert ran.code == 2
    assert (place.warehouse / "edumig.duckdb").resolve() == before
    monkeypatch.undo()
    assert place.refresh().code == 0, "the next refresh needs no help"
    assert place.ask("SELECT count(*) FROM observations") == [(2,)]


@pytest.mark.parametrize("damage", ["DELETE FROM observations", "DROP TABLE claims", "ALTER TABLE areas DROP COLUMN iso2"])
def test_the_check_before_publishing_fires(place: Place, damage: str) -> None:
    place.put(NEW, uis([KAZ]))
    place.refresh()
    file = place.warehouse / "copy.duckdb"
    file.write_bytes((place.warehouse / "edumig.duckdb").read_bytes())
    database.check_database(file, place.warehouse / "parquet")
    with duckdb.connect(str(file)) as db:
        db.execute(damage)
    with pytest.raises(PublicationError):
        database.check_database(file, place.warehouse / "parquet")


def test_the_same_raw_files_give_the_same_bytes(place: Place, tmp_path: Path) -> None:
    place.put(OLD, uis([KAZ, "26637,KZA,2018,1,,"]))
    place.put(NEW, uis([NAM, KAZ]))
    other = Place(place.raw, tmp_path / "other")
    place.refresh()
    other.refresh()
    files = sorted((place.warehouse / "parquet").rglob("*.parquet"))
    for path in (path for path in files if path.parent.name not in {"runs", "run_inputs"}):  # which tell when and how
        twin = other.warehouse / path.relative_to(place.warehouse)
        assert path.read_bytes() == twin.read_bytes(), path.name


@pytest.mark.parametrize(
    "arguments",
    [["refresh", "--sauce", "x"], ["refresh", "--source", "eurostate"], ["nonsense"], ["refresh", "extra"]],
)
def test_wrong_usage(arguments: list[str]) -> None:
    ran = edumig(*arguments)
    assert ran.code == 64
    assert "Usage: edumig" in ran.err


def test_no_raw_folder(tmp_path: Path) -> None:
    ran = edumig("refresh", "--raw", str(tmp_path / "none"), "--warehouse", str(tmp_path / "warehouse"))
    assert ran.code == 2
    assert "there is no folder" in ran.err
    assert not (tmp_path / "warehouse/edumig.duckdb").exists()


def test_folders_from_the_environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.put(NEW, uis([KAZ]))
    monkeypatch.setenv("EDUMIG_RAW", str(place.raw))
    monkeypatch.setenv("EDUMIG_WAREHOUSE", str(place.warehouse))
    assert edumig("refresh").code == 0
    assert place.ask("SELECT count(*) FROM observations") == [(1,)]


def test_the_command_line_starts_without_heavy_modules() -> None:
    code = "import sys, edumig_pipeline.cli; print([m for m in ('dagster', 'pandas', 'polars', 'duckdb') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
