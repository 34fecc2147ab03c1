"""Columns that say few things many times, handled by what they say instead of row by row.

Belongs here: looking each distinct code up once, and the numbers behind codes. Does not belong here: what any code means.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

# polars forgets the numbers of categories once no Categorical is left; this one keeps them for the whole process.
_KEPT = pl.Series(dtype=pl.Categorical)


def looked_up(records: pl.DataFrame, columns: tuple[str, ...], tell: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """What `tell` says of every record by its codes in `columns`: as many rows as `records`, texts as Categorical.

    A full release says a few thousand codes millions of times: `tell` gets each of them, or each combination, once, as text,
    and gives one row for each in the same order.
    """
    place, distinct = _numbered_apart(records[columns[0]])
    for name in columns[1:]:
        other, more = _numbered_apart(records[name])
        pair = place.astype(np.int64) * max(len(more), 1) + other
        pairs = pl.Series(pair).unique().sort().to_numpy()
        distinct = pl.concat([distinct[pairs // max(len(more), 1)], more[pairs % max(len(more), 1)]], how="horizontal")
        place = np.searchsorted(pairs, pair)
    return tell(distinct).cast({pl.String: pl.Categorical}).select(pl.all().gather(pl.Series(place, dtype=pl.UInt32)))


def numbers_of(coded: pl.Series) -> np.ndarray:
    """The numbers behind the codes of a Categorical, from 1; NULL, which has none, is 0.

    They hold for the whole process: the same text has the same number in every column.
    """
    numbers = coded.to_physical() + 1
    return (numbers.fill_null(0) if numbers.null_count() else numbers).to_numpy()


def _numbered_apart(column: pl.Series) -> tuple[np.ndarray, pl.DataFrame]:
    """For each row the place of what it says among the distinct ones, and those, as text."""
    coded = column.cast(pl.Categorical)
    distinct = coded.unique()
    places = np.zeros(int(numbers_of(distinct).max(initial=0)) + 1, dtype=np.uint32)
    places[numbers_of(distinct)] = np.arange(len(distinct))
    return places[numbers_of(coded)], distinct.cast(pl.String).to_frame()
