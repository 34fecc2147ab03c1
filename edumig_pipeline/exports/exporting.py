"""The steps of an export: open, narrow, write beside, count again, move into place.

Belongs here: their order. Does not belong here: any format, or how a step works.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from edumig_pipeline.exports import croissant, csv_tables, datapackage, sdmx_csv, terms, xlsx
from edumig_pipeline.exports.errors import ExportError, UnknownNameError, first_line
from edumig_pipeline.exports.extract import Extract, Wanted, Watch, chosen_tables, opened
from edumig_pipeline.exports.folder import Work, replacing, require_replaceable
from edumig_pipeline.exports.readme import readme
from edumig_pipeline.exports.report import LICENCES, README, Report, Written
from edumig_pipeline.exports.terms import Terms, terms_of
from edumig_pipeline.model.catalogue import TABLES
from edumig_pipeline.warehouse import Warehouse

_EVERY_TABLE = tuple(declared.name for declared in TABLES)


@dataclass(frozen=True)
class Format:
    """How a format is written and read, the tables it takes, and those that come along in any case."""

    write: Callable[[Extract, Sequence[Terms], Work], list[Written]]
    reading: str
    offered: tuple[str, ...] = _EVERY_TABLE
    usual: tuple[str, ...] = ()
    always: tuple[str, ...] = ()


WRITERS: Mapping[str, Format] = {
    "csv": Format(csv_tables.write, csv_tables.READING, always=csv_tables.ALWAYS),
    "xlsx": Format(xlsx.write, xlsx.READING, always=xlsx.ALWAYS),
    "datapackage": Format(datapackage.write, datapackage.READING),
    "sdmx-csv": Format(sdmx_csv.write, sdmx_csv.READING, sdmx_csv.OFFERED, sdmx_csv.USUAL),
    "croissant": Format(croissant.write, croissant.READING),
}


def export(warehouse: Path, name: str, wanted: Wanted, target: Path, watch: Watch) -> Report:
    """Export what is wanted in the format `name` into the folder `target`, whole or not at all.

    Raises UnknownNameError for a table or code there is none of, ExportError for anything else that stands in the way; what lay
    at `target` is then as it was.
    """
    form = WRITERS[name]
    tables = chosen_tables(wanted.tables or form.usual, form.offered, form.always)
    if form.offered != _EVERY_TABLE and len(tables) > 1:
        raise UnknownNameError(f"{name} takes one table: {' or '.join(form.offered)}")
    require_replaceable(target.resolve())
    try:
        with opened(Warehouse(warehouse), replace(wanted, tables=tables), watch) as extract:
            return _export(extract, name, target)
    except (duckdb.Error, pa.ArrowException) as error:
        raise ExportError(
            f"the warehouse could not be read to its end ({first_line(error)}): was it refreshed meanwhile? Export again"
        ) from error


def _export(extract: Extract, name: str, target: Path) -> Report:
    form = WRITERS[name]
    found = terms_of(extract)
    with replacing(target) as work:
        written = form.write(extract, found, work)
        require_every_row(extract, written)
        work.write_text(README, readme(extract, name, form.reading))
        work.write_text(LICENCES, terms.text(found))
        rows = {declared.name: extract.rows(declared) for declared in extract.tables}
        chosen = {column: list(codes) for column, codes in extract.wanted.codes.items()}
        work.write_manifest({"format": name, "generation": extract.generation, "chosen": chosen, "rows": rows})
        files = work.fingerprints()
    return Report(name, target, extract.generation, rows, files, extract.whole, tuple(_warnings(found)))


def require_every_row(extract: Extract, written: Sequence[Written]) -> None:
    """Raise ExportError unless what was written holds as many rows of each table as the warehouse does."""
    found: Counter[str] = Counter()
    for one in written:
        found[one.table] += one.rows
    for declared in extract.tables:
        if found[declared.name] != extract.rows(declared):
            raise ExportError(
                f"{declared.name} has {extract.rows(declared):,} rows, what was written holds {found[declared.name]:,}: "
                "nothing was exported; please report this"
            )


def _warnings(found: Sequence[Terms]) -> list[str]:
    return [
        f"{release}: nobody stated its licence; say it in its release.toml before its figures are passed on"
        for release in terms.unlicensed(found)
    ]
