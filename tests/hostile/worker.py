"""A process that tries hostile files within bounds: what hangs or fills the memory ends it, and its parent says so.

Here: trying rounds within bounds, and talking to the parent. Not here: what is done to files in a round (`rounds`) or looked at
(`trial`). By hand, for one that failed: `python -m tests.hostile.worker ROUND ROUND+1 SAMPLE`.
"""

import faulthandler
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.hostile.bounded import bound_memory
from tests.hostile.bounds import SECONDS_PER_FILE
from tests.hostile.rounds import mutated, of_round
from tests.hostile.samples import ROOT, Sample, samples
from tests.hostile.trial import land


@dataclass(frozen=True)
class Tried:
    """One mutated file and what became of it."""

    sample: str
    round: int
    mutation: str
    outcome: str  # landed, quarantined, refused; or died, when the process did
    faults: tuple[str, ...]


def _releases(left: Sequence[Sample]) -> Iterator[list[Sample]]:
    """Samples that can lie in one release: of one source, no two of one layout, as those would contradict each other."""
    while left:
        taken: list[Sample] = []
        for sample in left:
            if sample.source == left[0].source and sample.layout not in {one.layout for one in taken}:
                taken.append(sample)
        yield taken
        left = [sample for sample in left if sample not in taken]


def _try(folder: Path, group: Sequence[Sample], number: int) -> list[Tried]:
    spoilt = [mutated(sample, number) for sample in group]
    files = {f"{place}/{name}": content for place, (_, name, content) in enumerate(spoilt)}
    try:
        found = list(land(folder, group[0].source, files).values())
    except Exception:  # noqa: BLE001 - what is looked for
        if len(group) > 1:  # which of them?
            return [tried for sample in group for tried in _try(folder, [sample], number)]
        return [Tried(group[0].id, number, spoilt[0][0], "died", (traceback.format_exc(limit=-4),))]
    return [
        Tried(sample.id, number, mutation, one.outcome, one.faults)
        for sample, (mutation, _, _), one in zip(group, spoilt, found, strict=True)
    ]


def main(first: int, end: int, *wanted: str) -> None:
    """Try the rounds from `first` to before `end`; one JSON object a line: what is begun, then what became of it."""
    named = [samples()[name] for name in wanted]
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "here"
        inside.mkdir()
        for group in _releases(named or of_round(0)):
            _try(inside, group, 0)  # everything is imported, and threads are started
        bound_memory()
        for number in range(first, end):
            for group in _releases(named or of_round(number)):
                _say({"begun": [sample.id for sample in group], "round": number})
                faulthandler.dump_traceback_later(SECONDS_PER_FILE, exit=True)
                begun = time.monotonic()
                tried = _try(inside, group, number)
                faulthandler.cancel_dump_traceback_later()
                took = round(time.monotonic() - begun, 3)
                _say({"tried": [asdict(one) for one in tried], "seconds": took, "peak": _peak()})


def _say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


# Small files gain nothing from more threads, and other processes try files beside this one.
_ENVIRONMENT = {**os.environ, "POLARS_MAX_THREADS": "1"}


@dataclass
class Run:
    """What a worker reported: every file it tried, the longest any release took (seconds), and its peak memory (bytes)."""

    tried: list[Tried]
    seconds: float = 0.0
    peak: int = 0


def run(first: int, end: int, wanted: Sequence[str] = ()) -> Run:
    """Try rounds in a process of their own; when it dies, the files it was at are tried one by one, and the rest after."""
    command = [sys.executable, "-m", "tests.hostile.worker", str(first), str(end), *wanted]
    done, begun = Run([]), None
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=_ENVIRONMENT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            said = json.loads(line)
            if "tried" in said:
                done.tried += [Tried(**{**one, "faults": tuple(one["faults"])}) for one in said["tried"]]
                done.seconds, done.peak = max(done.seconds, said["seconds"]), max(done.peak, said["peak"])
            begun = said if "begun" in said else None
        last_words = process.stderr.read()[-3000:]
    if process.returncode:
        _say_who_died(done, begun, end, last_words, wanted)
    return done


def _say_who_died(done: Run, begun: dict[str, object] | None, end: int, last_words: str, wanted: Sequence[str]) -> None:
    if begun is None:
        raise RuntimeError(f"the worker died before it began: {last_words}")
    group, number = [str(one) for one in begun["begun"]], int(str(begun["round"]))  # type: ignore[attr-defined]
    if len(group) == 1:
        done.tried.append(Tried(group[0], number, mutated(samples()[group[0]], number)[0], "died", (last_words,)))
    else:
        for name in group:
            done.tried += run(number, number + 1, [name]).tried
    later = [name for name in (wanted or [sample.id for sample in of_round(number)]) if name not in group]
    behind = {one.sample for one in done.tried if one.round == number}
    if rest := [name for name in later if name not in behind]:
        done.tried += run(number, number + 1, rest).tried
    if number + 1 < end:
        done.tried += run(number + 1, end, wanted).tried


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
