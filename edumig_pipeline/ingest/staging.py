"""Valid rows of a release on their way to Parquet: kept until all are known, so that repeats and conflicts show.

Belongs here: what can only be told when every row of a release was seen, and the sorted write. Does not belong here:
rules over single rows (`validation`), or how observations, of which there are millions, are kept (`observation_rows`).
"""

import shutil
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import polars as pl

from edumig_pipeline.ingest.observation_rows import ObservationRows
from edumig_pipeline.ingest.quarantine import rows_accounted_for
from edumig_pipeline.model.accounting import CORRECTIONS, QUARANTINE
from edumig_pipeline.model.catalogue import table
from edumig_pipeline.model.ddl import create_table, quoted
from edumig_pipeline.model.indicators import academic_indicators
from edumig_pipeline.model.observations import FOOTNOTES, OBSERVATIONS
from edumig_pipeline.sources.layout import AcademicCalendar

# Tables a raw file's rows can land in; everything else is derived or accounting.
LANDING_TABLES = ("observations", "footnotes", "source_indicators", "source_areas", "claims")

# Landing tables that are small enough for a scratch database.
_ON_DISK = tuple(name for name in LANDING_TABLES if name != OBSERVATIONS.name)

# Where a row stands; rows that differ in nothing else are the same row twice. Staged for every landing table, also
# where the published table leaves it out.
_PLACE = {"raw_file": pl.String, "raw_row": pl.Int32, "raw_column": pl.String}

# Two rows that differ only in the code they were published under say the same.
_HOW_PUBLISHED = ("source_indicator", "source_area")

# What follows from the key says nothing of its own.
_FOLLOWS = ("period_start", "period_end")


class Staging:
    """A scratch database in the folder of the part being built."""

    def __init__(self, folder: Path, source: str, release: str) -> None:
        self._source, self._release = source, release
        # In a folder of its own: on a full disk DuckDB leaves more than the file when it is closed.
        self._scratch = folder / ".staging"
        self._scratch.mkdir()
        self._db = duckdb.connect(str(self._scratch / "rows.duckdb"))
        self._db.execute("SET enable_progress_bar = false")
        self._observations = ObservationRows()
        for name in _ON_DISK:
            self._db.execute(create_table(table(name)))
            for column, dtype in _PLACE.items():
                if column not in table(name).names:
                    self._db.execute(f"ALTER TABLE {name} ADD COLUMN {column} {'INTEGER' if dtype == pl.Int32 else 'VARCHAR'}")
        self._db.execute(create_table(QUARANTINE))
        self._db.execute(create_table(CORRECTIONS))
        # Remarks hang on rows of another table: they are footnotes, but not what their file is accounted for by.
        self._db.execute("CREATE TABLE remarks AS FROM footnotes")
        self._db.execute("CREATE TABLE area_names (code VARCHAR, name VARCHAR)")
        self._db.execute("CREATE TABLE removed (raw_file VARCHAR, raw_row INTEGER, raw_column VARCHAR)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()
        shutil.rmtree(self._scratch)

    def add(self, name: str, rows: pl.DataFrame) -> None:
        """Add valid rows to a landing table or `remarks`, failures to `quarantine`, labels of areas to `area_names`."""
        if rows.is_empty():
            return
        if name == OBSERVATIONS.name:
            self._observations.add(rows)
            return
        self._db.register("incoming", rows.to_arrow())
        self._db.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
        self._db.unregister("incoming")

    def forget(self, raw_file: str) -> None:
        """Drop every row of a file, member or sheet that turned out to be unreadable."""
        self._observations.forget(raw_file)
        for name in (*_ON_DISK, "remarks", CORRECTIONS.name, QUARANTINE.name):
            self._db.execute(f"DELETE FROM {name} WHERE raw_file = ?", [raw_file])

    def collisions(self) -> pl.DataFrame:
        """Rows that share a key within the release: raw_file, raw_row, raw_column, table, repeats, key.

        `repeats` is true for a row that says what an earlier one of that key says; of such rows the first stays. When
        those that stay still differ, none of them can be believed: `repeats` is false for all of them.
        """
        self._db.register(OBSERVATIONS.name, self._observations.colliding().to_arrow())
        found = [self._collisions_of(name) for name in LANDING_TABLES]
        self._db.unregister(OBSERVATIONS.name)
        return pl.concat(found)

    def _collisions_of(self, name: str) -> pl.DataFrame:
        declared = table(name)
        said = [column for column in declared.names if column not in (*_PLACE, *_HOW_PUBLISHED, *_FOLLOWS)]
        key = list(declared.key) or said
        same_key = " AND ".join(f'row."{column}" IS NOT DISTINCT FROM twice."{column}"' for column in key)
        shown = " || ' ' || ".join(f"""coalesce("{column}", '')""" for column in declared.key) or "''"
        found = self._db.sql(f"""
            WITH twice AS (SELECT {_list(key)} FROM {name} GROUP BY ALL HAVING count(*) > 1),
            colliding AS (SELECT row.* FROM {name} AS row JOIN twice ON {same_key}),
            numbered AS (
                SELECT *, row_number() OVER (PARTITION BY {_list(said)} ORDER BY raw_file, raw_row, raw_column) > 1 AS repeats
                FROM colliding
            )
            SELECT raw_file, raw_row, raw_column, {shown} AS "key", repeats
            FROM numbered
            QUALIFY repeats OR count(*) FILTER (NOT repeats) OVER (PARTITION BY {_list(key)}) > 1
            ORDER BY raw_file, raw_row, raw_column
        """)
        return pl.DataFrame(pl.from_arrow(found.to_arrow_table()))

    def seen(self, raw_file: str, row: int, column: str | None) -> bool:
        """Whether a figure stands at this place, or a row that went to quarantine."""
        found = self._db.execute("SELECT 1 FROM quarantine WHERE raw_file = ? AND raw_row = ? LIMIT 1", [raw_file, row])
        return self._observations.seen(raw_file, row, column) or bool(found.fetchall())

    def remove(self, places: pl.DataFrame) -> None:
        """Take rows back from every landing table, by their place."""
        self.add("removed", places.select(list(_PLACE)))
        self._observations.remove(places.select(list(_PLACE)))

    def count(self, name: str) -> dict[str, int]:
        """Rows of a landing table that will be written, or rows in quarantine, by raw_file."""
        if name == OBSERVATIONS.name:
            return self._observations.count()
        if name == QUARANTINE.name:
            failures = pl.DataFrame(pl.from_arrow(self._db.table(name).to_arrow_table()))
            return dict(failures.group_by("raw_file").agg(rows_accounted_for().sum()).iter_rows())
        return dict(self._db.execute(f"SELECT raw_file, count(*) FROM {self._kept(name)} GROUP BY raw_file").fetchall())

    def write_observations(self, folder: Path) -> None:
        """Write the observations as sorted Parquet; other threads may read files and add to other tables meanwhile."""
        self._observations.write(folder / f"{OBSERVATIONS.name}.parquet")

    def write(self, folder: Path) -> None:
        """Write the other landing tables, `quarantine`, `corrections` and `area_names` as sorted Parquet."""
        for name in _ON_DISK:
            declared = table(name)
            # Footnotes have no key: several of one place are told apart by what they say.
            order = dict.fromkeys([*declared.key, *_PLACE, *declared.names])
            rows = f"SELECT {_list([*declared.names, *(c for c in _PLACE if c not in declared.names)])} FROM {self._kept(name)}"
            if name == FOOTNOTES.name:
                rows += f" UNION ALL {self._remarks()}"
            self._copy(
                f"SELECT {_list(declared.names)} FROM ({rows}) ORDER BY {_list(order)}",
                folder / f"{name}.parquet",
            )
        self._copy(f"SELECT * FROM {self._kept(CORRECTIONS.name)} ORDER BY ALL", folder / "corrections.parquet")
        self._copy("SELECT * FROM quarantine ORDER BY ALL", folder / "quarantine.parquet")
        named = f"SELECT DISTINCT *, {quoted(self._source)} AS source, {quoted(self._release)} AS release FROM area_names"
        self._copy(f"{named} ORDER BY ALL", folder / "area_names.parquet")

    def _remarks(self) -> str:
        """Remarks on rows that are kept, each once, at the first place that makes it."""
        said = [name for name in FOOTNOTES.names if name not in _PLACE]
        return (
            f"SELECT {_list(FOOTNOTES.names)}, raw_column FROM {self._kept('remarks')} "
            f"QUALIFY row_number() OVER (PARTITION BY {_list(said)} ORDER BY raw_file, raw_row, raw_column) = 1"
        )

    def follow_calendar(self, source: str, calendar: AcademicCalendar) -> None:
        """Date the academic years of countries for which the release says when they begin and end."""
        follow = files("edumig_pipeline.ingest").joinpath("academic_years.sql").read_text(encoding="utf-8")
        codes = {name: f"{source}:{code}" for name, code in vars(calendar).items()}
        said = self._observations.where("indicator", codes.values())
        figures = self._observations.rows(said, ("ref_area", "time_period", "indicator", "obs_value"))
        self._db.register("figures", figures.to_arrow())
        found = self._db.sql(follow, params=codes).to_arrow_table()
        self._db.unregister("figures")
        self._observations.follow_calendar(pl.DataFrame(pl.from_arrow(found)), academic_indicators().to_list())

    def _copy(self, query: str, target: Path) -> None:
        self._db.execute(f"COPY ({query}) TO {quoted(str(target))} (FORMAT parquet, COMPRESSION zstd)")

    @staticmethod
    def _kept(name: str) -> str:
        return (
            f"{name} WHERE NOT EXISTS (SELECT 1 FROM removed WHERE removed.raw_file = {name}.raw_file "
            f"AND removed.raw_row = {name}.raw_row AND removed.raw_column IS NOT DISTINCT FROM {name}.raw_column)"
        )


def _list(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
