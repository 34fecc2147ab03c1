"""A refresh that runs out of room, at every stage: started in a namespace of its own, since it mounts a file system.

Here: the file system, made a little larger from trial to trial, and what was found after each, as JSON. Not here: what must hold
(`test_full_disk`).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.pipeline.conftest import Place
from tests.reliability.states import everything, put, shown, untouched

_PAGE = 4096
_FREE = (0, 64, 128, 256, 4096, 8192)  # KiB, from none to nearly enough
_STAGES = ("reading", "deriving", "building")  # as a refresh tells them


def _main(folder: Path) -> None:
    place = Place(folder / "raw", folder / "warehouse")
    place.warehouse.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", str(place.warehouse)], check=True)
    for state in (0, 1):
        put(place.raw, state)
        place.refresh()
    before, old = untouched(place.warehouse), shown(place.warehouse)
    put(place.raw, 2)
    trials = []
    for free in _FREE:
        _resize(place.warehouse, free << 10)
        ran = place.refresh()
        if ran.code == 0:
            break
        after = untouched(place.warehouse)
        trials.append(
            {
                "free": free,
                "code": ran.code,
                "said": ran.complaints,
                "stage": [line.split()[0] for line in ran.err.splitlines() if line.startswith(_STAGES)][-1],
                "is_old": shown(place.warehouse) == old,
                "touched": sorted(name for name, digest in before.items() if after.get(name) != digest),
                "left": [name for name in sorted(set(after) - set(before)) if not name.startswith((".parts/", ".generations/"))],
            }
        )
    _resize(place.warehouse, 1 << 30)
    last = place.refresh()
    print(json.dumps({"trials": trials, "code": last.code, "files": everything(place.warehouse)}))  # noqa: T201


def _resize(mounted: Path, free: int) -> None:
    """Leave so many bytes free."""
    said = os.statvfs(mounted)
    used = (said.f_blocks - said.f_bfree) * said.f_frsize
    subprocess.run(["mount", "-o", f"remount,size={max(used + free, _PAGE)}", str(mounted)], check=True)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
