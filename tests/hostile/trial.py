"""Hostile files tried: landed as a refresh lands them, and then looked at from outside.

Here: one release folder of files, what became of each, and whether every promise held. Not here: the files themselves, or
the process that bounds what they may cost (`worker`).
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl

from edumig_pipeline.ingest.inventory import take_inventory
from edumig_pipeline.ingest.landing import land_release
from edumig_pipeline.sources.registry import sources
from tests.hostile.reading import figures_of, records_of

RELEASE = "2026-02"


@dataclass(frozen=True)
class Found:
    """What became of one file: landed, quarantined (some of its rows), refused (some of it, or all); and broken promises."""

    outcome: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Tables:
    """What a release landed as."""

    observations: pl.DataFrame
    quarantine: pl.DataFrame
    row_ledger: pl.DataFrame
    raw_files: pl.DataFrame

    @property
    def refusals(self) -> dict[str, str]:
        """Rule and reason by what was refused, named below the release's folder."""
        rows = self.quarantine.filter(pl.col("raw_row").is_null()).select("raw_file", "rule", "reason").iter_rows()
        return {raw_file.split("/", 2)[2]: f"{rule}: {reason}" for raw_file, rule, reason in rows}

    def about(self, raw_file: str) -> "Tables":
        """The rows about a file, its members and sheets."""
        is_of_it = (pl.col("raw_file") == raw_file) | pl.col("raw_file").str.starts_with(f"{raw_file}#")
        return Tables(*(getattr(self, field.name).filter(is_of_it) for field in fields(self)))


def put(folder: Path, source: str, files: Mapping[str, bytes]) -> Path:
    """Write files as one release of a source below folder/raw, and make room for what they land as: the part's folder."""
    for name, content in files.items():
        path = folder / "raw" / source / RELEASE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    part = folder / "warehouse" / "part"
    part.mkdir(parents=True)
    return part


def landed(folder: Path, part: Path) -> Tables:
    """Land the release below folder/raw as a refresh does."""
    (release,) = take_inventory(folder / "raw").releases
    land_release(release, sources(), part)
    return Tables(*(pl.read_parquet(part / f"{field.name}.parquet") for field in fields(Tables)))


def land(folder: Path, source: str, files: Mapping[str, bytes]) -> dict[str, Found]:
    """Land files as one release of a source, in `folder`, which is emptied again; by name below the release's folder."""
    try:
        part = put(folder, source, files)
        before = _everything(folder, part)
        tables = landed(folder, part)
        together = _left_behind(folder, part, before)
        raw_files = {name: f"{source}/{RELEASE}/{name}" for name in files}
        return {name: _found(folder / "raw", tables.about(one), one, together) for name, one in raw_files.items()}
    finally:
        shutil.rmtree(folder / "raw")
        shutil.rmtree(folder / "warehouse")


def _everything(folder: Path, part: Path) -> dict[str, str]:
    """Every file below the folder and beside it, but for what the part may hold, by digest."""
    found = {str(path.relative_to(folder)): _digest(path) for path in folder.rglob("*") if part not in (path, *path.parents)}
    return found | {f"../{path.name}": "" for path in folder.parent.iterdir()}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _left_behind(folder: Path, part: Path, before: Mapping[str, str]) -> list[str]:
    after = _everything(folder, part)
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    hidden = sorted(path.name for path in part.iterdir() if path.suffix != ".parquet")
    return [f"written outside the warehouse: {name}" for name in changed] + [f"not swept: {name}" for name in hidden]


def _found(raw: Path, tables: Tables, raw_file: str, together: list[str]) -> Found:
    layouts = tables.raw_files["layout"].to_list()
    faults = [*together, *_accounts(tables.row_ledger, tables.quarantine)]
    if len(layouts) != 1:
        faults.append(f"the file stands {len(layouts)} times in raw_files")
    elif layouts[0] and ";" not in layouts[0]:
        faults += _figures(raw / raw_file, raw_file, layouts[0], tables.observations)
        faults += _records(raw / raw_file, layouts[0], tables.row_ledger)
    outcome = "refused" if tables.refusals else "landed" if tables.quarantine.is_empty() else "quarantined"
    return Found(outcome, tuple(faults))


def _accounts(ledger: pl.DataFrame, quarantine: pl.DataFrame) -> Iterator[str]:
    """The law of the ledger, and that nothing is passed over."""
    if ledger.is_empty():
        yield "the file has no account in row_ledger"
    gone = ledger.filter(pl.col("rows_read") != pl.col("rows_published") + pl.col("rows_quarantined") + pl.col("rows_excluded"))
    for row in gone.iter_rows():
        yield f"the account does not balance: {row}"
    for raw_file, reason in (
        ledger.filter(pl.col("exclusion_reason").str.starts_with("refused")).select("raw_file", "exclusion_reason").iter_rows()
    ):
        said = quarantine.filter(pl.col("raw_row").is_null(), raw_file=raw_file)["reason"].to_list()
        if not said or not all(said):
            yield f"{raw_file} is {reason}, and nobody says why"
    for raw_file, count in ledger.select("raw_file", "rows_quarantined").iter_rows():
        listed = quarantine.filter(pl.col("raw_row").is_not_null(), raw_file=raw_file).height
        if listed != count and listed < 10_000:
            yield f"{raw_file}: {count} rows in quarantine by the ledger, {listed} by the table"


def _figures(path: Path, raw_file: str, layout: str, observations: pl.DataFrame) -> Iterator[str]:
    """That every published number is the one that stands in the file at its place."""
    if path.suffix == ".zip":
        return
    for member, rows in observations.drop_nulls("obs_value").group_by("raw_file"):
        try:
            figure = figures_of(layout, path, str(member[0]).removeprefix(raw_file))
        except Exception as error:  # noqa: BLE001 - whatever another reader makes of it
            yield f"published, but another reader cannot read it: {error!r}"
            return
        for row, column, value in rows.select("raw_row", "raw_column", "obs_value").iter_rows():
            stands = figure(row, column)
            if stands is None or value != stands:
                yield f"row {row}, column {column}: {value!r} is published where {stands!r} stands"
            if str(value) in ("-0.0", "nan", "inf", "-inf"):
                yield f"row {row}, column {column}: {value!r} is published"


def _records(path: Path, layout: str, ledger: pl.DataFrame) -> Iterator[str]:
    """That as many records were read as a table has."""
    if (
        path.suffix == ".zip"
        or ledger.height != 1
        or ledger["exclusion_reason"].str.starts_with("refused").fill_null(value=False).any()
    ):
        return
    stand = records_of(layout, path)
    if stand is not None and stand != ledger["rows_read"].item():
        yield f"{ledger['rows_read'].item()} records were read where {stand} stand"
