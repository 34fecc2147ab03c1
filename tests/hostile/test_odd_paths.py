"""What may lie under raw/ and is no file to be read: no hang, no loop, nothing followed, refused by name, and all else lands.

Here: kinds of things, places and names. Not here: what is in files (`test_extremes`).
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.bounded import Ended, edumig_within_bounds
from tests.hostile.documents import packed
from tests.pipeline.conftest import Place, uis

FOLDER = "unesco_uis/2026-02"
GOOD = uis(["26637,KAZ,2018,13898,,"])
OTHER = uis(["26637,UZB,2018,5,,"])
NO_FILE = "readable: this is no regular file, or a folder that is a link"
DEEP = 1_000


def _in_a_deep_folder(top: Path) -> None:
    """A good file below folders that lie in one another; a path so long can be walked, but not named at once."""
    here = os.open(top, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    file = os.open("data.csv", os.O_WRONLY | os.O_CREAT, dir_fd=here)
    os.write(file, uis(["26637,RUS,2018,7,,"]).encode())
    os.close(file)
    os.close(here)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Ended]]:
    """A raw folder with everything that is odd in it beside a good file, and how its refresh ended."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "raw").mkdir()
    place = Place(folder / "raw", folder / "warehouse")
    release = place.put(f"{FOLDER}/data.csv", GOOD).parent
    os.mkfifo(release / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(release)  # a socket's path must be short
        listener.bind("socket.csv")
        os.chdir(here)
    (release / "device.csv").symlink_to("/dev/zero")
    (release / "loop.csv").symlink_to("loop.csv")
    (release / "there").symlink_to("back")
    (release / "back").symlink_to("there")
    (release / "self").symlink_to(".")
    (release / "gone.csv").symlink_to("nowhere.csv")
    os.mkfifo(release.parent / "2025-01")
    (release.parent / "2025-02").symlink_to("2025-02")
    os.mkfifo(place.raw / "a_pipe_for_a_source")
    place.put("unesco_uis/deep/data.csv", OTHER)
    _in_a_deep_folder(place.raw / "unesco_uis/deep")
    place.put("unesco_uis/many/0.csv", OTHER)
    for number in range(1, 100_000):
        (place.raw / f"unesco_uis/many/{number}.csv").touch()
    for name in ("line\nend.csv", "\x1b[2Jclear.csv", "\u202evsc.csv", f"{'a' * 251}.csv"):
        place.put(f"unesco_uis/names/{name}", OTHER)
    (Path(os.fsdecode(os.fsencode(place.raw / "unesco_uis/names/") + b"/\xff.csv"))).write_text(OTHER)
    place.put("unesco_uis/a\nrelease/data.csv", OTHER)
    place.put("a\x1b[2Jsource/2020/data.csv", OTHER)
    place.put("unesco_uis/members/a.zip", packed({"line\nend.csv": OTHER.encode(), "\x1b[2J.csv": OTHER.encode()}))
    before = _below(place.raw.parent, place.raw)
    ended = edumig_within_bounds("refresh", "--raw", str(place.raw), "--warehouse", str(place.warehouse))
    assert _below(place.raw.parent, place.raw) - before == {"warehouse"}
    yield place, ended
    subprocess.run(["rm", "-rf", str(place.raw)], check=True)  # Python cannot go as deep
    shutil.rmtree(place.warehouse)


def _below(folder: Path, *more: Path) -> set[str]:
    return {path.name for one in (folder, *more) for path in one.iterdir()}


def test_the_refresh_ends_by_itself_with_all_else_landed(odd: tuple[Place, Ended]) -> None:
    place, ended = odd
    assert (ended.code, "Traceback" in ended.err) == (1, False)
    assert place.ask("SELECT raw_file FROM observations WHERE ref_area = 'KAZ'") == [(f"{FOLDER}/data.csv",)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (f"{FOLDER}/pipe.csv", NO_FILE),
        (f"{FOLDER}/socket.csv", NO_FILE),
        (f"{FOLDER}/device.csv", NO_FILE),
        (f"{FOLDER}/loop.csv", "readable: the file cannot be read: Too many levels of symbolic links"),
        (f"{FOLDER}/there", "readable: the file cannot be read: Too many levels of symbolic links"),
        (f"{FOLDER}/self", NO_FILE),
        (f"{FOLDER}/gone.csv", "readable: the file cannot be read: No such file or directory"),
        ("unesco_uis/2025-01", NO_FILE),
        ("unesco_uis/2025-02", "readable: the file cannot be read: Too many levels of symbolic links"),
        ("a_pipe_for_a_source", NO_FILE),
        ("unesco_uis/many", "readable: the release has 100,000 files; no publisher's has so many"),
        (r"unesco_uis/names/line\nend.csv", "readable: its name, or that of its folder, holds control characters"),
        (r"unesco_uis/names/\x1b[2Jclear.csv", "readable: its name, or that of its folder, holds control characters"),
        (r"unesco_uis/names/\u202evsc.csv", "readable: its name, or that of its folder, holds control characters"),
        (r"unesco_uis/names/\xff.csv", "readable: its name, or that of its folder, holds control characters or is not UTF-8"),
        (r"unesco_uis/a\nrelease", "readable: its name, or that of its folder, holds control characters"),
        (r"a\x1b[2Jsource", "readable: its name, or that of its folder, holds control characters"),
        (r"unesco_uis/members/a.zip#line\nend.csv", "readable: its name holds control characters"),
        (r"unesco_uis/members/a.zip#\x1b[2J.csv", "readable: its name holds control characters"),
    ],
)
def test_what_is_no_file_or_has_no_name_is_refused(odd: tuple[Place, Ended], name: str, said: str) -> None:
    place, ended = odd
    assert f"refused: {name}: {said}" in ended.err
    ((why,),) = place.ask(f"SELECT rule || ': ' || reason FROM quarantine WHERE raw_file = '{name}'")
    assert str(why).startswith(said)


def test_a_file_a_thousand_folders_deep_lands(odd: tuple[Place, Ended]) -> None:
    place, _ = odd
    assert place.ask("SELECT length(raw_file) FROM observations WHERE ref_area = 'RUS'") == [
        (len("unesco_uis/deep/") + 2 * DEEP + len("data.csv"),)
    ]


def test_a_name_as_long_as_names_can_be_lands(odd: tuple[Place, Ended]) -> None:
    place, _ = odd
    assert place.ask("SELECT DISTINCT raw_file FROM observations WHERE release = 'names'") == [
        (f"unesco_uis/names/{'a' * 251}.csv",)
    ]


def test_no_line_of_what_is_said_is_a_files_own(odd: tuple[Place, Ended]) -> None:
    _, ended = odd
    assert [line for line in ended.err.splitlines() if line.startswith(("end.csv", "release"))] == []
    assert sorted({"\x1b", "\u202e"} & {*ended.err, *ended.out}) == []
