"""A disk that is full: nothing is published, the old warehouse is untouched, the message says what to do.

Here: no room at all, and no room for a file beyond some size. Not here: a folder that cannot be written to (`test_shut_folders`).
"""

import json
import sys
from pathlib import Path

import pytest

from tests.pipeline.conftest import Place
from tests.reliability import machines
from tests.reliability.states import everything, put, shown, untouched


def test_a_full_disk_at_every_stage(tmp_path: Path) -> None:
    ran = machines.run([*machines.with_mounts(), sys.executable, "-m", "tests.reliability.full_disk", str(tmp_path)])
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert {trial["stage"] for trial in found["trials"]} == {"reading", "deriving", "building"}
    for trial in found["trials"]:
        assert trial["code"] == 2
        assert trial["said"].startswith("edumig: nothing was published: No space left on device")
        assert "make room, refresh again" in trial["said"]
        assert trial["said"].endswith("what is published is as it was\n")
        assert trial["said"].count("\n") == 1, "one message"
        assert (trial["is_old"], trial["touched"], trial["left"]) == (True, [], [])
    assert found["code"] == 0, "with room again it needs no help"
    for state in (0, 1, 2):
        put(tmp_path / "raw", state)
        Place(tmp_path / "raw", tmp_path / "undisturbed").refresh()
    assert found["files"] == everything(tmp_path / "undisturbed")


@pytest.mark.parametrize("largest", [2_000, 1_000_000])
def test_a_file_that_may_not_grow_so_far(published: Place, largest: int) -> None:
    place = published
    before, old = untouched(place.warehouse), shown(place.warehouse)
    put(place.raw, 1)
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({largest}, {largest}))"
    ran = machines.refresh(place, first=limit)
    assert ran.code == 2
    assert ran.complaints.startswith("edumig: nothing was published: File too large")
    assert ran.complaints.endswith("what is published is as it was\n")
    after = untouched(place.warehouse)
    assert sorted(name for name, digest in before.items() if after.get(name) != digest) == []
    assert shown(place.warehouse) == old
    assert place.refresh().code == 0
