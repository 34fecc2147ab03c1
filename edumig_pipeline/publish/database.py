"""The DuckDB file that users open, built from a generation's Parquet.

Belongs here: building and checking the file. Does not belong here: deriving rows (`derivation`) or moving the file into
place (`warehouse`).
"""

from pathlib import Path

import duckdb

from edumig_pipeline.model.catalogue import TABLES
from edumig_pipeline.model.ddl import comments, create_table, quoted
from edumig_pipeline.publish.derivation import mart_sql, parquet_files
from edumig_pipeline.publish.run_tables import RUN_TABLES
from edumig_pipeline.watch import NOBODY, Watch

# The oldest storage format that holds all we need; DuckDB 1.2 and newer open it, files in newer formats they do not.
STORAGE_VERSION = "v1.0.0"


class PublicationError(Exception):
    """The built file is not what was meant to be published."""


def build_database(parquet: Path, target: Path, watch: Watch = NOBODY) -> None:
    """Write all tables and views of the contract, with comments, from `parquet` into a new DuckDB file at `target`.

    The tables of runs are left empty: they are written when everything else is done (`run_tables`).
    """
    # What outgrows its memory goes beside the file, not into whatever folder the process was started in.
    with duckdb.connect(config={"temp_directory": f"{target}.tmp"}) as db:
        db.execute("SET enable_progress_bar = false")
        # Codes repeat, for which a dictionary is smallest; the others are tried on every block in vain.
        db.execute("SET disabled_compression_methods = 'fsst,dict_fsst,zstd'")
        db.execute(f"ATTACH {quoted(str(target))} AS warehouse (STORAGE_VERSION {quoted(STORAGE_VERSION)})")
        db.execute("USE warehouse")
        _declare(db)
        stored = [declared for declared in TABLES if not declared.is_view and declared not in RUN_TABLES]
        watch.begin("building the file", len(stored))
        for declared in stored:
            # As sorted as the Parquet is: each release by its key.
            db.execute(f"INSERT INTO {declared.name} BY NAME SELECT * FROM {parquet_files(parquet, declared.name)}")
            watch.done()
        db.execute("CHECKPOINT warehouse")
        db.execute("USE memory")
        db.execute("DETACH warehouse")


def _declare(db: duckdb.DuckDBPyConnection) -> None:
    """All tables, still empty, all views, and what each and its columns are; at once, else each would be put on disk alone."""
    db.execute("BEGIN")
    for declared in sorted(TABLES, key=lambda declared: declared.is_view):
        db.execute(mart_sql()[declared.name] if declared.is_view else create_table(declared))
        db.execute(";".join(comments(declared)))
    db.execute("COMMIT")


def check_database(database: Path, *parquet: Path) -> None:
    """Open the file as a user does and see that it holds every table, row and column of the contract.

    `parquet` are the folders that have its tables, each in the first that has it. Raises PublicationError when a table is
    missing or does not hold as many rows as its Parquet, or the file is not closed.
    """
    if database.with_name(f"{database.name}.wal").exists():
        raise PublicationError(f"{database} has a write-ahead log left: it was not closed whole")
    with duckdb.connect(str(database), read_only=True) as db:
        for declared in TABLES:
            try:
                found = [row[0] for row in db.execute(f"DESCRIBE {declared.name}").fetchall()]
            except duckdb.CatalogException as error:
                raise PublicationError(f"{declared.name} is missing from the database") from error
            if found != list(declared.names):
                raise PublicationError(f"{declared.name} has columns {found}, declared are {list(declared.names)}")
            if declared.is_view:
                continue
            folder = next((folder for folder in parquet if (folder / declared.name).is_dir()), parquet[-1])
            published, stored = (_count(db, source) for source in (declared.name, parquet_files(folder, declared.name)))
            if published != stored:
                raise PublicationError(f"{declared.name} has {published} rows, its Parquet {stored}")


def _count(db: duckdb.DuckDBPyConnection, relation: str) -> int:
    ((count,),) = db.execute(f"SELECT count(*) FROM {relation}").fetchall()
    return int(count)
