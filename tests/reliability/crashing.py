"""Refreshes that are killed, and what is found after each: `python -m tests.reliability.crashing 1000` prints figures.

Here: the moments, the trial and what must hold after it. Not here: the process that is killed (`victim`), the raw files and what
is compared (`states`).
"""

import random
import shutil
import sys
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from edumig_pipeline.refresh import refresh
from tests.reliability.states import Shown, everything, put, shown
from tests.reliability.victim import Moment, Refreshed, Victims, in_haste

_SEED = 20260208
_BY_TIME = 0.3  # of all moments: the others are before a change of the file system


@dataclass
class Tally:
    """What came of the trials."""

    killed: int = 0
    left: Counter[str] = field(default_factory=Counter)  # what was published after the kill: old or new
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Undisturbed:
    """What a warehouse shows before and after the refresh that is killed, all its files after it, and how much it does."""

    template: Path
    old: Shown
    new: Shown
    files: list[str]
    ran: Refreshed

    @classmethod
    def prepared(cls, folder: Path, victims: Victims) -> Self:
        """Refreshed twice, so that there is something to be swept; and a copy of it a third time."""
        template = folder / "template"
        for name in ("cwd", "tmp"):
            (template / name).mkdir(parents=True)
        for state in range(3):
            put(template / "raw", state)
            if state < 2:
                refresh(template / "raw", template / "warehouse")
        old = shown(template / "warehouse")
        place = copied(template, folder / "undisturbed")
        ran = victims.refresh(place)
        faults = [*everything(place / "cwd"), *everything(place / "tmp")]
        if faults:
            raise RuntimeError(f"an undisturbed refresh leaves {faults}")
        warehouse = place / "warehouse"
        return cls(template, old, shown(warehouse), everything(warehouse), ran)


def copied(template: Path, place: Path) -> Path:
    """A copy with links as they are, also the hard ones through which parts and generations share files."""
    shutil.copytree(template, place, symlinks=True, ignore=shutil.ignore_patterns(".parts"))
    twins = {path.stat().st_ino: path for path in (template / "warehouse/.generations").rglob("*.parquet")}
    for part in (template / "warehouse/.parts").rglob("*"):
        target = place / part.relative_to(template)
        if part.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            twin = twins.get(part.stat().st_ino)
            target.hardlink_to(place / twin.relative_to(template)) if twin else shutil.copy2(part, target)
    return place


def moments(count: int, ran: Refreshed) -> list[Moment]:
    """So many moments, or a few more: before and after every move, before other changes, evenly over all, and evenly in time."""
    chance = random.Random(_SEED)
    in_time = max(1, round(count * _BY_TIME))
    changes = ran.changes
    wanted = {*ran.moves, *(min(move + 1, len(changes)) for move in ran.moves)}
    others = [number for number in range(1, len(changes) + 1) if number not in wanted]
    steps = max(1, count - in_time - len(wanted))
    wanted |= {others[int((n + 0.5) * len(others) / steps)] for n in range(steps)}
    found = [Moment(number) for number in sorted(wanted)]
    for n in range(in_time):
        at = (n + chance.random()) / in_time * changes[-1]
        last = bisect_right(changes, at)
        found.append(Moment(last, at - changes[last - 1]))  # counted from there: the machine may be faster another time
    return found


def tried(undisturbed: Undisturbed, victims: Victims, moment: Moment, place: Path, tally: Tally) -> None:
    """Kill one refresh at that moment, and add to `tally` what was found then and after the next one."""
    warehouse = copied(undisturbed.template, place) / "warehouse"
    if not victims.refresh(place, moment).was_killed:  # it was done before
        shutil.rmtree(place)
        tried(undisturbed, victims, Moment(moment.change), place, tally)
        return
    tally.killed += 1
    for fault in _faults_after_kill(undisturbed, warehouse, tally):
        tally.faults.append(f"killed at {moment}: {fault}")
    for fault in _faults_after_recovery(undisturbed, place):
        tally.faults.append(f"killed at {moment}, refreshed again: {fault}")
    shutil.rmtree(place)


def _faults_after_kill(undisturbed: Undisturbed, warehouse: Path, tally: Tally) -> Iterator[str]:
    try:
        found = shown(warehouse)
    except Exception as error:  # noqa: BLE001 - whatever a reader would be told
        yield f"what is published cannot be read: {error!r}"
        return
    names = {undisturbed.old: "old", undisturbed.new: "new"}
    tally.left[names.get(found, "neither")] += 1
    if found not in names:
        yield "what is published is neither the old state nor the new one"


def _faults_after_recovery(undisturbed: Undisturbed, place: Path) -> Iterator[str]:
    try:
        refresh(place / "raw", place / "warehouse")
        found = shown(place / "warehouse")
    except Exception as error:  # noqa: BLE001 - whatever an operator would be told
        yield f"it needs help: {error!r}"
        return
    for name, _ in sorted(found.tables ^ undisturbed.new.tables):
        yield f"the table {name} is another than after an undisturbed refresh"
    for name, _ in sorted(found.parquet ^ undisturbed.new.parquet):
        yield f"{name} has other bytes than after an undisturbed refresh"
    files = everything(place / "warehouse")
    for name in sorted(set(files) ^ set(undisturbed.files)):
        yield f"{name} is {'left behind' if name in files else 'missing'}"
    for name in (*everything(place / "cwd"), *everything(place / "tmp")):
        yield f"{name} is left outside the warehouse"


def crashed(folder: Path, count: int, *, haste: bool = False) -> tuple[Undisturbed, Tally]:
    """So many trials, below an empty folder."""
    tally = Tally()
    with Victims(haste=haste) as victims, in_haste() if haste else nullcontext():
        undisturbed = Undisturbed.prepared(folder, victims)
        for number, moment in enumerate(moments(count, undisturbed.ran)):
            tried(undisturbed, victims, moment, folder / str(number), tally)
    return undisturbed, tally


def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        undisturbed, tally = crashed(Path(folder), int(sys.argv[1]))
    ran = undisturbed.ran
    print(f"an undisturbed refresh changes the file system {len(ran.changes)} times, {len(ran.moves)} of them moves")  # noqa: T201
    print(f"killed {tally.killed} times; left published: {dict(tally.left)}")  # noqa: T201
    print("\n".join(tally.faults) or "no fault: each time the next refresh ended as an undisturbed one does")  # noqa: T201
    sys.exit(bool(tally.faults))


if __name__ == "__main__":
    _main()
