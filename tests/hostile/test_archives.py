"""Archives that would fill the disk, leave their folder, or say other than they hold are refused, and all else lands.

Here: what was once let in or ended a refresh, by name. Not here: mutations by the thousand (`test_mutated_files`).
"""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from edumig_pipeline.ingest import pieces
from edumig_pipeline.sources.reading import zipped
from tests.hostile.documents import bomb, packed
from tests.hostile.trial import Tables, landed, put
from tests.pipeline.conftest import uis

GOOD = uis(["26637,KAZ,2018,13898,,"]).encode()


def landed_with(folder: Path, archive: bytes) -> Tables:
    """A release of an archive and a good file, of which the good file lands."""
    part = put(folder, "unesco_uis", {"a.zip": archive, "data.csv": GOOD.replace(b"KAZ", b"UZB")})
    tables = landed(folder, part)
    assert "UZB" in tables.observations["ref_area"].to_list()
    assert sorted(path.suffix for path in part.iterdir() if path.suffix != ".parquet") == []
    return tables


def refusals(folder: Path, archive: bytes) -> dict[str, str]:
    """What of an archive is refused; nothing of it is published."""
    tables = landed_with(folder, archive)
    assert tables.observations.height == 1
    return tables.refusals


@pytest.mark.parametrize("size", [300 << 20, 10 << 30], ids=["300 MiB", "10 GiB"])
def test_a_bomb_is_refused_by_what_it_says_of_itself(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said = bomb(min(size, 300 << 20)) if size < 1 << 30 else bomb(64 << 20, said=size)
    monkeypatch.setattr(pieces, "blocks", _one_block_at_most(monkeypatch))
    (why,) = refusals(tmp_path, said).values()
    assert f"to {size:,}" in why


def _one_block_at_most(monkeypatch: pytest.MonkeyPatch) -> object:
    """Reading members, but never a byte of them: what is refused by its directory need not be unpacked."""
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    return zipped.blocks


def test_a_bomb_that_says_it_is_small_is_unpacked_no_further_than_it_says(tmp_path: Path) -> None:
    """Its bytes past those it is said to have were left away in silence, where the checksum was that of the first ones."""
    (why,) = refusals(tmp_path, bomb(64 << 20, said=1000)).values()
    assert why == "readable: it unpacks to more than the 1,000 bytes it is said to have"


def test_a_member_said_to_be_shorter_than_it_is_does_not_lose_its_end(tmp_path: Path) -> None:
    text = GOOD + b"26637,KGZ,2018,7,,\n"
    archive = bytearray(packed({"data.csv": text}))
    for mark, at in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        place = archive.index(mark) + at
        _, size, _ = struct.unpack_from("<3L", archive, place)
        struct.pack_into("<3L", archive, place, zlib.crc32(GOOD), size, len(GOOD))
    (why,) = refusals(tmp_path, bytes(archive)).values()
    assert "readable: it cannot be unpacked: Bad CRC-32" in why


def test_members_that_share_their_bytes_are_counted_each(tmp_path: Path) -> None:
    """Each member is modest, and there are hundreds of them on the same bytes."""
    archive = bytearray(packed({"data.csv": b"0" * (200 << 20)}))
    start = archive.index(b"PK\x01\x02")
    end = archive.index(b"PK\x05\x06")
    entry = bytes(archive[start:end])
    directory = entry * 200
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 200, 200, len(directory), start, 0)
    (why,) = refusals(tmp_path, bytes(archive[:start]) + directory + tail).values()
    assert why.startswith("readable: the archive would unpack ")


def test_an_archive_of_very_many_members_is_refused_at_once(tmp_path: Path) -> None:
    """Each one took a look at all before it: an archive of 60,000 empty members kept a refresh busy for hours."""
    (why,) = refusals(tmp_path, packed({f"{n}.csv": b"" for n in range(2_001)})).values()
    assert why == "readable: the archive has 2,001 members; no publisher's has so many"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_packed_by_a_rare_method_is_refused(tmp_path: Path, method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("data.csv", GOOD)
    (why,) = refusals(tmp_path, out.getvalue()).values()
    assert f"it is packed by method {method}" in why


def test_packed_bytes_that_are_wrong_end_the_member_and_not_the_refresh(tmp_path: Path) -> None:
    archive = bytearray(packed({"data.csv": GOOD * 50}))
    at = archive.index(b"data.csv") + len("data.csv")
    archive[at : at + 8] = b"\xff" * 8
    (why,) = refusals(tmp_path, bytes(archive)).values()
    assert why.startswith("readable: it cannot be unpacked")


def test_a_name_that_is_no_text_ends_the_archive_and_not_the_refresh(tmp_path: Path) -> None:
    archive = packed({"é.csv": GOOD}).replace("é".encode(), b"\xff\xfe")
    (why,) = refusals(tmp_path, archive).values()
    assert why.startswith("readable: the archive cannot be read")


@pytest.mark.parametrize("name", ["..\\evil.csv", "C:\\evil.csv", "\\\\server\\evil.csv", "a/../../evil.csv", "//evil.csv"])
def test_a_name_that_leads_outside_by_other_slashes_is_refused(tmp_path: Path, name: str) -> None:
    (why,) = refusals(tmp_path, packed({name: GOOD})).values()
    assert why == "readable: its name leads outside the archive"


def test_a_member_that_is_a_link_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("data.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusals(tmp_path, out.getvalue()) == {"a.zip#data.csv": "readable: it is a link to another file"}


def test_a_disk_that_is_full_is_not_blamed_on_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive was refused as unreadable, and was not read again when there was room."""

    def full(*_: object) -> object:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "open", _except_for_scratch(Path.open, full))
    with pytest.raises(OSError, match="No space left"):
        landed_with(tmp_path, packed({"data.csv": GOOD}))


def _except_for_scratch(open_it: object, full: object) -> object:
    def opened(path: Path, mode: str = "r", *rest: object, **more: object) -> object:
        return full() if ".members" in path.parts and "w" in mode else open_it(path, mode, *rest, **more)  # type: ignore[operator]

    return opened


@pytest.mark.parametrize(
    "files",
    [
        {"a.zip": packed({"x.csv": GOOD}), "a.zip#x.csv": GOOD.replace(b"KAZ", b"UZB")},
        {"a.zip": packed({"x.csv": GOOD, "x.csv (2)": GOOD.replace(b"KAZ", b"UZB")})},
    ],
    ids=["file and member", "members"],
)
def test_two_things_of_one_name_do_not_share_an_account(tmp_path: Path, files: Mapping[str, bytes]) -> None:
    tables = landed(tmp_path, put(tmp_path, "unesco_uis", files))
    balance = tables.row_ledger.select("rows_read", "rows_published", "rows_quarantined").rows()
    assert all(read == published + bad for read, published, bad in balance)
    assert sum(published for _, published, _ in balance) == tables.observations.height
