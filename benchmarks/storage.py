"""What the observations cost in a DuckDB file, as they are published and as they might be: processor time and size.

Belongs here: those ways of writing one table. Does not belong here: what is published (`edumig_pipeline.publish`). To be run as a
module: python -m benchmarks.storage PARQUET-FOLDER prints a JSON object of [processor seconds, bytes] by way.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from edumig_pipeline.model.ddl import quoted
from edumig_pipeline.model.observations import OBSERVATIONS
from edumig_pipeline.model.table import Type
from edumig_pipeline.publish.database import STORAGE_VERSION

_TEXTS = [column.name for column in OBSERVATIONS.columns if column.type is Type.VARCHAR]
_NEWEST = "latest"
# As the published file is written: dictionaries alone are tried on text. The newest format has another kind of them.
_TRIED = {STORAGE_VERSION: "fsst,dict_fsst,zstd", _NEWEST: "fsst,zstd"}


def as_published(db: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Texts as VARCHAR, which is the contract."""
    db.execute(f"CREATE TABLE observations AS SELECT * FROM {rows}")


def codes_behind_a_view(db: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Texts as ENUM, and a view that says them as VARCHAR."""
    for name in _TEXTS:
        db.execute(
            f'CREATE TYPE {name}_code AS ENUM (SELECT DISTINCT "{name}" FROM {rows} WHERE "{name}" IS NOT NULL ORDER BY 1)'
        )
    columns = [f'"{c.name}" {c.name + "_code" if c.name in _TEXTS else c.type.name}' for c in OBSERVATIONS.columns]
    db.execute(f"CREATE TABLE coded ({', '.join(columns)})")
    db.execute(f"INSERT INTO coded SELECT * FROM {rows}")
    said = ", ".join(f'"{name}"::VARCHAR AS "{name}"' for name in _TEXTS)
    db.execute(f"CREATE VIEW observations AS SELECT * REPLACE ({said}) FROM coded")


_WAYS = {
    "as published": (as_published, STORAGE_VERSION),
    "codes as ENUM behind a view": (codes_behind_a_view, STORAGE_VERSION),
    "as published, in DuckDB's newest format": (as_published, _NEWEST),
}


def main(parquet: Path) -> None:
    """Write the observations of a warehouse's Parquet folder in each way, and say what it cost."""
    rows = f"read_parquet({quoted(str(parquet / 'observations' / '*.parquet'))}, hive_partitioning = false)"
    found = {}
    for name, (write, version) in _WAYS.items():
        with tempfile.TemporaryDirectory(dir=parquet.parent) as folder, duckdb.connect() as db:
            target = Path(folder) / "alone.duckdb"
            db.execute("SET enable_progress_bar = false")
            db.execute(f"SET disabled_compression_methods = '{_TRIED[version]}'")
            start = time.process_time()
            db.execute(f"ATTACH {quoted(str(target))} AS alone (STORAGE_VERSION {quoted(version)})")
            db.execute("USE alone")
            write(db, rows)
            db.execute("CHECKPOINT alone")
            db.execute("USE memory")
            db.execute("DETACH alone")
            found[name] = (time.process_time() - start, target.stat().st_size)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
