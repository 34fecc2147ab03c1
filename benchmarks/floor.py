"""The floor F: the least that DuckDB alone takes to turn the same CSV into sorted Parquet, checking and keeping nothing else.

Belongs here: that one statement. Does not belong here: anything the pipeline does beyond it. To be run as a module, so that
its time and memory are a process of their own: python -m benchmarks.floor CSV PARQUET.
"""

import sys
from pathlib import Path

import duckdb

_TYPES = (
    "{'INDICATOR_ID': 'indicator', 'COUNTRY_ID': 'country', 'YEAR': 'SMALLINT', 'VALUE': 'DOUBLE', "
    "'MAGNITUDE': 'VARCHAR', 'QUALIFIER': 'VARCHAR'}"
)


def floor(csv: Path, parquet: Path) -> None:
    """Read `csv`, rows that do not parse left out, and write it sorted; indicator and country as ENUM, whose values are known."""
    codes = parquet.with_suffix(".codes")
    with duckdb.connect() as db:
        db.execute("SET enable_progress_bar = false")
        for name in ("indicator", "country"):
            values = ", ".join("'" + line + "'" for line in codes.with_suffix(f".{name}").read_text(encoding="utf-8").split())
            db.execute(f"CREATE TYPE {name} AS ENUM ({values})")
        read = f"read_csv('{csv}', header = true, columns = {_TYPES}, ignore_errors = true)"
        db.execute(
            f"COPY (SELECT * FROM {read} ORDER BY INDICATOR_ID, COUNTRY_ID, YEAR) "
            f"TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)"
        )


def write_codes(csv: Path, parquet: Path) -> None:
    """What `floor` takes as known beforehand: the codes of the table, outside of the time that is measured."""
    with duckdb.connect() as db:
        read = f"read_csv('{csv}', all_varchar = true, ignore_errors = true)"
        for name, column in (("indicator", "INDICATOR_ID"), ("country", "COUNTRY_ID")):
            rows = db.execute(f"SELECT DISTINCT {column} FROM {read} WHERE {column} <> '' ORDER BY 1").fetchall()
            parquet.with_suffix(f".{name}").write_text("\n".join(code for (code,) in rows), encoding="utf-8")


if __name__ == "__main__":
    floor(Path(sys.argv[1]), Path(sys.argv[2]))
