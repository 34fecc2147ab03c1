"""What the labels of a row say of its figures, beside the figures: its type of data, its note, the asterisk of its name.

Belongs here: candidates for `footnotes` on figures. Does not belong here: the figures (`figures`), or the sheets
of notes (`notes`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import polars as pl

from edumig_pipeline.model.areas import ALL_AREAS
from edumig_pipeline.sources.layout import Harmonise
from edumig_pipeline.sources.un_desa import areas
from edumig_pipeline.sources.un_desa.figures import data_type_letters, key_of
from edumig_pipeline.sources.un_desa.notes import Notes, spoken
from edumig_pipeline.sources.un_desa.sheet import PAIR

_BASES = {"B": "people born abroad", "C": "foreign citizens"}


@dataclass(frozen=True)
class _Remark:
    """What a label of a row says of its figures, under a key; on each figure or, `once_each` row or so, on the first.

    It is said once for each row rather than once at all, so that it is not lost with a figure that goes to quarantine.
    """

    kind: str
    subtype: pl.Expr
    footnote: Callable[[pl.DataFrame], pl.Expr]
    key: tuple[pl.Expr, ...]
    code: str = "code"
    once_each: tuple[str, ...] = ()

    def __call__(self, records: pl.DataFrame) -> pl.DataFrame:
        """Candidates for `footnotes`, NULL where there is nothing to say."""
        said = self.footnote(records)
        if self.once_each:
            said = pl.when(pl.struct(self.once_each).is_first_distinct()).then(said)
        return records.select(
            *self.key,
            pl.lit(self.kind).alias("footnote_type"),
            self.subtype.alias("footnote_subtype"),
            said.alias("footnote"),
            pl.col("title").alias("source_indicator"),
            pl.col(self.code).alias("source_area"),
            "raw_row",
            "raw_column",
        )


def remarks(side: str, notes: Notes) -> tuple[Harmonise, ...]:
    """What a row's type of data, note and asterisk say of its figures, as candidates for `footnotes`.

    In tables of one side they hang on each figure. In tables of pairs they are the destination's (or, for the asterisk of
    an origin, the origin's), whatever the other end, sex and year: that is all, _T.
    """
    key = key_of(side) if side != PAIR else _key_of_all(counterpart=False)
    once_each: tuple[str, ...] = ("raw_row",) if side == PAIR else ()
    note = pl.col("note").str.strip_chars()
    of_area = (
        _Remark("Type of data", pl.col("type"), _data_type_explained, key, once_each=once_each),
        _Remark("Note", note, partial(_noted, notes=notes), key, once_each=once_each),
        _Remark("Note", pl.lit("*"), partial(_starred, name="area", notes=notes), key, once_each=once_each),
    )
    if side != PAIR:
        return of_area
    starred = partial(_starred, name="origin", notes=notes)
    key, once_each = _key_of_all(counterpart=True), ("raw_row", "origin_code")
    return (*of_area, _Remark("Note", pl.lit("*"), starred, key, code="origin_code", once_each=once_each))


def _key_of_all(*, counterpart: bool) -> tuple[pl.Expr, ...]:
    """The key of what is said about one end of all pairs: about the origin, or about the destination."""
    everything = pl.lit(ALL_AREAS)
    return (
        pl.col("indicator"),
        (everything if counterpart else areas.area(pl.col("code"))).alias("ref_area"),
        (areas.origin(pl.col("origin_code")) if counterpart else everything).alias("counterpart_area"),
        pl.lit("_T").alias("sex"),
        pl.lit("_T").alias("breakdown"),
        pl.lit(None, dtype=pl.String).alias("time_period"),
    )


def _data_type_explained(records: pl.DataFrame) -> pl.Expr:
    """What a type of data says about who is counted, in our own words; NULL where none is given or it is not about the figure."""
    said = {letters: _explained(letters) for letters in records.select(data_type_letters().unique()).to_series() if letters}
    explained = data_type_letters().replace_strict(said, default=None, return_dtype=pl.String)
    return pl.when(pl.col("has_data_type")).then(explained)


def _explained(letters: str) -> str:
    bases = [basis for letter, basis in _BASES.items() if letter in letters]
    sentences = [f"The data count {' or '.join(bases)} as migrants."] if bases else []
    if "I" in letters:
        sentences.append("No data on migrants were found; the figure is imputed.")
    if "R" in letters:
        sentences.append("Refugees were added to them.")
    return " ".join(sentences) or "?"


def _noted(records: pl.DataFrame, *, notes: Notes) -> pl.Expr:
    markers = records["note"].unique().to_list()
    said = {marker: spoken(notes, marker) for marker in markers if marker.strip()}
    return pl.col("note").replace_strict(said, default=None, return_dtype=pl.String)


def _starred(_records: pl.DataFrame, *, name: str, notes: Notes) -> pl.Expr:
    return pl.when(pl.col(name).str.strip_chars_end().str.ends_with("*")).then(pl.lit(spoken(notes, "*")))
