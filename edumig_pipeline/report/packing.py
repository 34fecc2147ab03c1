"""How data travel inside the page: by column, texts as codes, compressed, in letters that HTML cannot take for markup.

Belongs here: packing. Does not belong here: what is packed (`data`), or unpacking (`assets/data.js`).
"""

import base64
import gzip
import json
from collections.abc import Mapping

import polars as pl
import polars.selectors as cs


def packed(content: object) -> str:
    """`content` as JSON, compressed, in base64: no letter of it can end a script element or begin a tag.

    The same content gives the same text. Raises ValueError for numbers that JSON has not.
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), 9 if len(text) < 5_000_000 else 6, mtime=0)).decode("ascii")


def columns(frame: pl.DataFrame) -> dict[str, object]:
    """A table by column: numbers as they are, anything else as the list of its values and each row's place in it, -1 for none."""
    dates_as_text = frame.with_columns(cs.temporal().cast(pl.String), cs.boolean().cast(pl.Int8))
    finite = dates_as_text.with_columns(pl.when(cs.float().is_finite()).then(cs.float()))
    return {"rows": frame.height, "columns": {column.name: _column(column) for column in finite}}


def _column(column: pl.Series) -> Mapping[str, object]:
    if column.dtype.is_numeric():
        return {"numbers": column.to_list()}
    values = column.unique().drop_nulls().sort()
    codes = column.cast(pl.String).cast(pl.Enum(values.cast(pl.String))).to_physical().cast(pl.Int64).fill_null(-1)
    return {"values": values.to_list(), "codes": codes.to_list()}
