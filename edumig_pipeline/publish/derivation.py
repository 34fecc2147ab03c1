"""From the parts of the releases to a whole generation's Parquet: parts linked, reference tables written, marts derived.

Belongs here: the order of derivation and its running. Does not belong here: what a mart means (its SQL file) or the
DuckDB file (`database`).
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from edumig_pipeline.ingest.staging import LANDING_TABLES
from edumig_pipeline.model import areas
from edumig_pipeline.model.catalogue import TABLES, table
from edumig_pipeline.model.checks import pandera_schema, validate
from edumig_pipeline.model.ddl import quoted
from edumig_pipeline.model.dictionary import codebook_rows
from edumig_pipeline.model.evidence import CLAIMS
from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.model.mart_codes import code_lists
from edumig_pipeline.model.reference import CODEBOOK, DOWNLOADS, SOURCES
from edumig_pipeline.model.schemas import arrow_schema, polars_schema
from edumig_pipeline.model.table import Table
from edumig_pipeline.publish.run_tables import RUN_TABLES
from edumig_pipeline.sources.registry import download_rows, source_rows
from edumig_pipeline.watch import NOBODY, Watch

# Tables that come out of every release's landing, beside the landing tables.
_ACCOUNTING = ("quarantine", "corrections", "row_ledger", "raw_files", "releases")
PART_TABLES = (*LANDING_TABLES, *_ACCOUNTING)

# Two full releases of one dataset, compared cell by cell, would take 3 GiB, and be done a third sooner (docs/performance.md).
_MEMORY = "1GiB"

# To marts no release is too new, so that the same releases make the same marts on any day; what users ask goes by theirs.
_ON_ANY_DAY = "CREATE OR REPLACE VIEW latest_observations AS FROM observations_as_of(DATE '9999-12-31')"


class DerivationError(Exception):
    """A derived table breaks its own declaration: a fault of its SQL, or of data no rule foresaw."""


@cache
def mart_sql() -> dict[str, str]:
    """The SQL of every mart and view by name, each after those it reads."""
    folder = files("edumig_pipeline.marts")
    texts = {e.name.removesuffix(".sql"): e.read_text(encoding="utf-8") for e in folder.iterdir() if e.name.endswith(".sql")}
    graph = {name: set(tables_read(text)) & (set(texts) - {name}) for name, text in texts.items()}
    return {name: texts[name] for name in TopologicalSorter(dict(sorted(graph.items()))).static_order()}


def tables_read(sql: str) -> list[str]:
    """The declared tables that an SQL text names after FROM or JOIN."""
    code = re.sub(r"--[^\n]*", "", sql)
    names = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", code))
    return [declared.name for declared in TABLES if declared.name in names]


def derive(folder: Path, parts: Mapping[str, Path], strays: Mapping[str, pl.DataFrame], watch: Watch = NOBODY) -> None:
    """Write the Parquet of a generation under `folder`: parts by release id, and the accounts of stray files.

    Raises DerivationError when a derived table breaks its declaration.
    """
    superseded = _superseded_claims(parts)
    for release_id, part in parts.items():
        for name in (*PART_TABLES, "area_names"):
            if name != CLAIMS.name or release_id not in superseded:
                _link(part / f"{name}.parquet", folder / name / f"{_file_name(release_id)}.parquet")
    for name, frame in strays.items():
        _write(table(name), frame, folder / name / "strays.parquet")
    _write(SOURCES, source_rows(), folder / SOURCES.name / "all.parquet")
    _write(DOWNLOADS, download_rows(), folder / DOWNLOADS.name / "all.parquet")
    _write(CODEBOOK, pl.DataFrame(codebook_rows(), schema=polars_schema(CODEBOOK)), folder / "codebook" / "all.parquet")
    with _deriving(folder) as db:
        for name in (*PART_TABLES, "sources", "codebook"):
            _view(db, folder, name)
        db.execute(files("edumig_pipeline.publish").joinpath("macros.sql").read_text(encoding="utf-8"))
        _register_inputs(db, folder)
        watch.begin("deriving marts", len(mart_sql()))
        for name, sql in mart_sql().items():
            if table(name).is_view:
                db.execute(sql)
                db.execute(_ON_ANY_DAY)
            else:
                _write(
                    table(name),
                    pl.DataFrame(pl.from_arrow(db.sql(sql).to_arrow_table())),
                    folder / name / "all.parquet",
                )
                _view(db, folder, name)
            watch.done()
    for declared in TABLES:
        if not declared.is_view and declared not in RUN_TABLES and not (folder / declared.name).exists():
            _write(declared, pl.DataFrame(schema=polars_schema(declared)), folder / declared.name / "all.parquet")


@contextmanager
def _deriving(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory for deriving under `folder`; what outgrows its memory goes to disk beside it meanwhile."""
    spilled = folder / ".spilled"
    try:
        with duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": str(spilled)}) as db:
            db.execute("SET enable_progress_bar = false")
            yield db
    finally:
        shutil.rmtree(spilled, ignore_errors=True)


def _superseded_claims(parts: Mapping[str, Path]) -> set[str]:
    """Releases whose claims a later release of their source prints anew: a claim has one number and one wording.

    What they say stays in `observations`, release by release.
    """
    dated = []
    for release_id, part in parts.items():
        if pq.read_metadata(part / f"{CLAIMS.name}.parquet").num_rows:
            ((source, day),) = pl.read_parquet(part / "releases.parquet", glob=False).select("source", "released").iter_rows()
            dated.append((source, day, release_id))
    newest = {source: release_id for source, _, release_id in sorted(dated)}
    return {release_id for source, _, release_id in dated if newest[source] != release_id}


def _register_inputs(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """What marts read beside declared tables: harmonised indicators, code lists, ISO areas, publishers' names of areas."""
    db.register("harmonised_indicators", harmonised().to_arrow())
    for name, rows in code_lists().items():
        db.register(name, rows.to_arrow())
    _view(db, folder, "area_names")
    used = db.execute(
        "SELECT DISTINCT ref_area FROM observations UNION SELECT DISTINCT counterpart_area FROM observations"
    ).fetchall()
    regions = areas.subdivision_rows([code for (code,) in used])
    db.register("iso_areas", pl.concat([areas.rows(), regions]).to_arrow())


def _file_name(release_id: str) -> str:
    """source__release where that is a plain name, else with a digest instead of what a file pattern would misread."""
    plain = release_id.replace("/", "__")
    if re.fullmatch(r"[\w.-]+", plain):
        return plain
    return f"{re.sub(r'[^A-Za-z0-9._-]', '_', plain)}-{hashlib.sha256(release_id.encode()).hexdigest()[:12]}"


def _link(part: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(part, target)


def parquet_files(folder: Path, name: str) -> str:
    """A table's Parquet files as an SQL relation; folders of the path are no partitions, whatever they are called."""
    return f"read_parquet({quoted(str(folder / name / '*.parquet'))}, hive_partitioning = false)"


def _view(db: duckdb.DuckDBPyConnection, folder: Path, name: str) -> None:
    db.execute(f"CREATE VIEW {name} AS SELECT * FROM {parquet_files(folder, name)}")


def _write(declared: Table, frame: pl.DataFrame, target: Path) -> None:
    """Check derived rows by their declaration and write them sorted by key."""
    missing = [name for name in declared.names if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None).alias(name) for name in missing).select(declared.names).cast(polars_schema(declared))
    # Many tables of a small warehouse have no row, of which no rule can be broken.
    if frame.height and (broken := validate(declared, frame, pandera_schema(declared)).broken):
        rule, obeys = next(iter(broken.items()))
        raise DerivationError(f"{declared.name}: rule {rule} is broken by {frame.filter(~obeys).head(3).to_dicts()}")
    if declared.key and (twice := frame.filter(frame.select(declared.key).is_duplicated())).height:
        raise DerivationError(f"{declared.name}: key {', '.join(declared.key)} is not unique: {twice.head(3).to_dicts()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    arrow: pa.Table = frame.sort(declared.key or declared.names, nulls_last=True).to_arrow().cast(arrow_schema(declared))
    pq.write_table(arrow, target, compression="zstd")
