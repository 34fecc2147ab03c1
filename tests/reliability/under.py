"""`edumig` on a machine that is another: so many threads, folders listed in another order.

    python -m tests.reliability.under '{"threads": 8, "listing": 3}' refresh --raw raw --warehouse warehouse

Belongs here: what cannot be set from outside the process. Does not belong here: what can (`sameness`).
"""

import json
import os
import random
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import duckdb


class _Shuffled:
    """What `os.scandir` returns, in another order."""

    def __init__(self, entries: list[os.DirEntry[Any]]) -> None:
        self._entries = iter(entries)

    def __iter__(self) -> Iterator[os.DirEntry[Any]]:
        return self._entries

    def __next__(self) -> os.DirEntry[Any]:
        return next(self._entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is open any more."""


def list_folders_in_another_order(seed: int) -> None:
    """Let every folder of this process be listed in an order of chance."""
    chance = random.Random(seed)
    list_, scan = os.listdir, os.scandir

    def listdir(folder: Any = ".") -> list[Any]:  # noqa: ANN401 - as the original has it
        return chance.sample(found := list_(folder), len(found))

    def scandir(folder: Any = ".") -> _Shuffled:  # noqa: ANN401 - as the original has it
        with scan(folder) as found:
            entries = list(found)
        return _Shuffled(chance.sample(entries, len(entries)))

    os.listdir = listdir  # type: ignore[assignment]
    os.scandir = scandir  # type: ignore[assignment]


def use_threads(number: int) -> None:
    """Let every DuckDB of this process work with so many threads, whatever the machine has."""
    connect = duckdb.connect

    def with_threads(*arguments: Any, **named: Any) -> duckdb.DuckDBPyConnection:  # noqa: ANN401 - as the original has it
        db = connect(*arguments, **named)
        db.execute(f"SET threads = {number}")
        return db

    duckdb.connect = with_threads


def main() -> None:
    """Run `edumig` with the arguments after the first, which says how."""
    wanted = json.loads(sys.argv[1])
    if "threads" in wanted:
        use_threads(wanted["threads"])
    if "listing" in wanted:
        list_folders_in_another_order(wanted["listing"])
    from edumig_pipeline.cli import main as edumig

    edumig(sys.argv[2:])


if __name__ == "__main__":
    main()
