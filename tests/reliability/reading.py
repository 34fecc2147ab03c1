"""A reader that asks without pause: `python -m tests.reliability.reading KIND WAREHOUSE`, until its standard input is shut.

Here: the three ways in which a warehouse is read, and what a reader saw, as JSON. Not here: who starts readers (`together`).
"""

import json
import os
import select
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from edumig_pipeline.answers.opening import opened

# Each state of the raw files has another answer to each of these.
_QUESTIONS = (
    "SELECT max(release) FROM releases WHERE source = 'unesco_uis'",
    "SELECT count(*), sum(obs_value) FROM observations",
    "SELECT sum(rows_read) FROM row_ledger",
    "SELECT sum(outbound_students), sum(inbound_students) FROM student_mobility_by_release",
    "SELECT count(*), min(to_release), max(new_value) FROM revisions",
    "SELECT max(sha256) FROM raw_files WHERE raw_file LIKE 'unesco_uis/2025%'",
)
_TABLES = ("releases", "observations", "row_ledger", "student_mobility_by_release", "revisions", "raw_files")


@dataclass
class Seen:
    """What a reader saw: how often which answers, what went wrong, how often two refreshes were done before it was."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    overtaken: int = 0


def by_file(warehouse: Path) -> str:
    """Through the DuckDB file, opened anew."""
    with duckdb.connect(str(warehouse / "edumig.duckdb"), read_only=True) as db:
        return _answers(db)


def by_query(warehouse: Path) -> str:
    """As `edumig query` opens it."""
    with opened(warehouse) as published:
        return _answers(published.db)


def by_parquet(warehouse: Path) -> str:
    """Through the Parquet, whose folder is looked up once for all tables."""
    folder = (warehouse / "parquet").resolve()
    with duckdb.connect() as db:
        for name in _TABLES:
            db.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}/*.parquet')")
        return _answers(db)


WAYS: dict[str, Callable[[Path], str]] = {"file": by_file, "query": by_query, "parquet": by_parquet}


def _answers(db: duckdb.DuckDBPyConnection) -> str:
    return json.dumps([db.execute(question).fetchone() for question in _QUESTIONS])


def _main(way: str, warehouse: Path) -> None:
    os.nice(10)  # many readers on few processors: the refreshes between them shall come to something
    seen = Seen()
    print("reads", flush=True)  # noqa: T201
    while not select.select([sys.stdin], [], [], 0)[0]:
        began = (warehouse / ".current").readlink()
        try:
            seen.answers[WAYS[way](warehouse)] += 1
        except Exception as error:  # noqa: BLE001 - whatever a reader is told
            if way == "parquet" and began not in [(warehouse / name).readlink() for name in (".current", ".previous")]:
                seen.overtaken += 1
            else:
                seen.faults.append(repr(error))
    print(json.dumps(vars(seen)))  # noqa: T201


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
