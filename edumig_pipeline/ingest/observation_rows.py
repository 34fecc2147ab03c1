"""The valid observations of a release until all are known: in memory, texts as small integers, some 35 bytes a row.

Belongs here: keeping, ordering and writing them. Does not belong here: what repeats and contradictions mean (`staging`) or
tables that are small (`staging` keeps those on disk).
"""

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from edumig_pipeline.model.coded import numbers_of
from edumig_pipeline.model.observations import OBSERVATIONS
from edumig_pipeline.model.schemas import arrow_schema
from edumig_pipeline.model.table import Type
from edumig_pipeline.sources.candidates import period_bounds

_TEXTS = tuple(column.name for column in OBSERVATIONS.columns if column.type is Type.VARCHAR)
_NUMBERS = {"obs_value": np.float64, "raw_row": np.int32}
_PERIOD = ("period_start", "period_end")
_PLACE = ("raw_file", "raw_row", "raw_column")
_ROW_GROUP = 122_880  # as DuckDB has them
_WORD = 64  # bits


class _Texts:
    """What a column says, by code in order of appearance; code 0 is NULL."""

    def __init__(self) -> None:
        self.said: list[str | None] = [None]
        self._codes = np.zeros(1, dtype=np.int32)

    def codes(self, column: pl.Series) -> np.ndarray:
        """The codes of a column's texts, in as few bytes as they need now."""
        coded = column.cast(pl.Categorical)
        numbers = numbers_of(coded)
        if (lacking := int(numbers.max(initial=0)) + 1 - len(self._codes)) > 0:
            self._codes = np.concatenate([self._codes, np.full(lacking, -1, dtype=np.int32)])
        codes = self._codes[numbers]
        if (unseen := codes < 0).any():
            fresh = coded.filter(pl.Series(unseen)).unique(maintain_order=True)
            self._codes[numbers_of(fresh)] = np.arange(len(self.said), len(self.said) + len(fresh))
            self.said += fresh.cast(pl.String).to_list()
            codes = self._codes[numbers]
        narrow: np.ndarray = codes.astype(np.min_scalar_type(len(self.said)))
        return narrow

    def code(self, text: str | None) -> int:
        """The code of a text; -1 when the column never says it."""
        try:
            return self.said.index(text)
        except ValueError:
            return -1

    def ranks(self) -> np.ndarray:
        """By code the place of the text in order, NULL last."""
        ordered = sorted(range(len(self.said)), key=lambda code: (self.said[code] is None, self.said[code] or ""))
        ranks = np.empty(len(ordered), dtype=np.uint64)
        ranks[ordered] = np.arange(len(ordered), dtype=np.uint64)
        return ranks


class ObservationRows:
    """Rows of `observations` of one release, in the order they were read."""

    def __init__(self) -> None:
        self._texts = {name: _Texts() for name in _TEXTS}
        self._chunks: dict[str, list[np.ndarray]] = {name: [] for name in (*_TEXTS, *_NUMBERS)}
        self._gone = np.zeros(0, dtype=bool)
        self._order: np.ndarray | None = None
        self._calendar: pl.DataFrame | None = None
        self._dated = np.zeros((0, 0), dtype=np.int64)
        self._academic = np.zeros(0, dtype=bool)

    def add(self, rows: pl.DataFrame) -> None:
        """Add valid rows, their period bounds left aside: those follow from time_period."""
        for name in _TEXTS:
            self._chunks[name].append(self._texts[name].codes(rows[name]))
        self._chunks["obs_value"].append(rows["obs_value"].fill_null(float("nan")).to_numpy())  # no valid value is NaN
        self._chunks["raw_row"].append(rows["raw_row"].to_numpy())
        self._gone = np.concatenate([self._gone, np.zeros(rows.height, dtype=bool)])
        self._order = None

    def _column(self, name: str) -> np.ndarray:
        """A whole column: codes of texts, or numbers."""
        chunks = self._chunks[name]
        if len(chunks) != 1:
            chunks[:] = [np.concatenate(chunks) if chunks else np.zeros(0, dtype=_NUMBERS.get(name, np.uint8))]
        return chunks[0]

    def rows(self, places: np.ndarray, names: Collection[str] = (*_TEXTS, *_NUMBERS)) -> pl.DataFrame:
        """Some rows, removed ones too, by their place here, texts as Categorical: where all are bad, some are millions."""
        return pl.DataFrame(
            {
                name: pl.Series(self._texts[name].said, dtype=pl.Categorical).gather(self._column(name)[places])
                if name in self._texts
                else pl.Series(self._column(name)[places]).fill_nan(None)
                for name in names
            }
        )

    def where(self, column: str, texts: Collection[str]) -> np.ndarray:
        """Places of the rows that say one of `texts` in a column of texts, removed ones too."""
        wanted = np.zeros(len(self._texts[column].said), dtype=bool)
        wanted[[code for text in texts if (code := self._texts[column].code(text)) > 0]] = True
        return np.flatnonzero(wanted[self._column(column)]) if len(self._gone) else np.zeros(0, dtype=int)

    def forget(self, raw_file: str) -> None:
        """Drop every row of a file, member or sheet."""
        self._gone[self.where("raw_file", [raw_file])] = True

    def colliding(self) -> pl.DataFrame:
        """All rows that share their key with another one."""
        words = self._key_words()
        order = self._in_order(words)
        repeats_key = np.ones(len(order), dtype=bool)
        repeats_key[:1] = False
        for word in words:
            ordered = word[order]
            repeats_key[1:] &= ordered[1:] == ordered[:-1]
        return self.rows(order[repeats_key | np.append(repeats_key[1:], False)])

    def remove(self, places: pl.DataFrame) -> None:
        """Take rows back: those at `places` (raw_file, raw_row, raw_column)."""
        found = np.flatnonzero(np.isin(self._column("raw_row"), places["raw_row"].unique().to_numpy()))
        rows = self.rows(found, _PLACE).with_columns(pl.Series("found", found))
        places = places.cast({pl.String: pl.Categorical})
        self._gone[rows.join(places, on=_PLACE, how="semi", nulls_equal=True)["found"].to_numpy()] = True

    def seen(self, raw_file: str, row: int, column: str | None) -> bool:
        """Whether a row was read at this place."""
        rows = self.rows(np.flatnonzero(self._column("raw_row") == row), _PLACE)
        return not rows.filter(raw_file=raw_file).filter(pl.col("raw_column").eq_missing(column)).is_empty()

    def count(self) -> dict[str, int]:
        """Rows that will be written, by raw_file."""
        counts = np.bincount(self._column("raw_file")[~self._gone].astype(np.int64), minlength=1)
        return {str(self._texts["raw_file"].said[code]): int(counts[code]) for code in np.flatnonzero(counts)}

    def follow_calendar(self, calendar: pl.DataFrame, indicators: Collection[str]) -> None:
        """Date the academic years of `indicators` by `calendar`: ref_area, time_period, period_start, period_end."""
        areas, periods, known = (self._texts[name] for name in ("ref_area", "time_period", "indicator"))
        self._calendar = calendar
        # For each area and period the place of its dates in `_bounds`.
        self._dated = np.full((len(areas.said), len(periods.said)), -1, dtype=np.int64)
        for place, (area, label) in enumerate(calendar.select("ref_area", "time_period").iter_rows()):
            self._dated[areas.code(area), periods.code(label)] = len(periods.said) + place
        self._academic = np.zeros(len(known.said), dtype=bool)
        self._academic[[code for name in indicators if (code := known.code(name)) > 0]] = True

    def write(self, target: Path) -> None:
        """Write the rows that stay as Parquet, sorted by key."""
        order = self._in_order(self._key_words()) if self._order is None else self._order[~self._gone[self._order]]
        fields = [
            pa.field(f.name, pa.dictionary(pa.int32(), pa.string()) if f.name in self._texts else f.type, nullable=f.nullable)
            for f in arrow_schema(OBSERVATIONS)
        ]
        groups = self._row_groups(order, pa.schema(fields))
        with (
            pq.ParquetWriter(
                target,
                pa.schema(fields),
                compression="zstd",
                use_dictionary=[*_TEXTS, *_PERIOD],
                column_encoding={"raw_row": "DELTA_BINARY_PACKED", "obs_value": "PLAIN"},
                store_schema=False,  # for readers texts are texts
            ) as writer,
            ThreadPoolExecutor(max_workers=1) as gatherer,
        ):
            coming = gatherer.submit(next, groups, None)
            while (group := coming.result()) is not None:
                coming = gatherer.submit(next, groups, None)
                writer.write_table(group, row_group_size=_ROW_GROUP)

    def _in_order(self, words: list[np.ndarray]) -> np.ndarray:
        """The places of the rows that stay, sorted by key."""
        order = np.argsort(words[0], kind="stable") if len(words) == 1 else np.lexsort(words[::-1])
        self._order = order[~self._gone[order]].astype(np.uint32)
        return self._order

    def _key_words(self) -> list[np.ndarray]:
        """The key as integers that sort as it does: all of its columns in one, or in as few as hold them."""
        words: list[np.ndarray] = [np.zeros(len(self._gone), dtype=np.uint64)]
        used = 0
        for name in OBSERVATIONS.key:
            codes = self._column(name)
            if len(codes) == 0 or codes.min() == codes.max():
                continue  # what all rows say orders none of them
            ranks = self._texts[name].ranks()
            bits = max(1, int(len(ranks) - 1).bit_length())
            if used + bits > _WORD:
                words.append(np.zeros(len(self._gone), dtype=np.uint64))
                used = 0
            words[-1] <<= np.uint64(bits)
            words[-1] |= ranks[codes]
            used += bits
        return words

    def _row_groups(self, order: np.ndarray, schema: pa.Schema) -> Iterator[pa.Table]:
        bounds = self._bounds()
        for start in range(0, max(1, len(order)), _ROW_GROUP):
            places = order[start : start + _ROW_GROUP]
            columns = {name: _dictionary(self._column(name)[places], self._texts[name].said) for name in _TEXTS}
            value = self._column("obs_value")[places]
            columns["obs_value"] = pa.array(value, mask=np.isnan(value))
            columns["raw_row"] = pa.array(self._column("raw_row")[places], type=pa.int32())
            which = self._which_bounds(places)
            for name in _PERIOD:
                columns[name] = bounds[name].take(pa.array(which))
            yield pa.table([columns[name] for name in schema.names], schema=schema)

    def _bounds(self) -> dict[str, pa.Array]:
        """First and last days: of each time_period by code, then of each row of the calendar."""
        periods = pl.DataFrame({"time_period": pl.Series(self._texts["time_period"].said, dtype=pl.String)})
        days = periods.join(period_bounds(periods["time_period"]), on="time_period", how="left", maintain_order="left")
        if self._calendar is not None:
            days = pl.concat([days.select(_PERIOD), self._calendar.select(_PERIOD)])
        return {name: days[name].to_arrow() for name in _PERIOD}

    def _which_bounds(self, places: np.ndarray) -> np.ndarray:
        """For each row the place of its period in `_bounds`."""
        period: np.ndarray = self._column("time_period")[places].astype(np.int64)
        if self._calendar is None or self._calendar.is_empty():
            return period
        calendar = self._dated[self._column("ref_area")[places], period]
        is_dated = self._academic[self._column("indicator")[places]] & (calendar >= 0)
        period[is_dated] = calendar[is_dated]
        return period


def _dictionary(codes: np.ndarray, said: list[str | None]) -> pa.DictionaryArray:
    """Codes as an Arrow column of texts that names only what they say."""
    present = np.flatnonzero(np.bincount(codes, minlength=1))
    numbers = np.zeros(int(present[-1]) + 1 if len(present) else 1, dtype=np.int32)
    known = present[present > 0]
    numbers[known] = np.arange(len(known))
    indices = pa.array(numbers[codes], mask=codes == 0 if len(present) > len(known) else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array([said[code] for code in known], type=pa.string()))
