"""Synthetic releases in the layout of UNESCO's Bulk Data Download Service, of any size, the same for the same seed.

Belongs here: figures that look like a full release (many indicators, ragged years, estimates, NIL and NA by their rules,
fractional counts, rows in order of indicator, country and year), and rows that are bad in every way a rule knows. Does not
belong here: measuring (`run`), or figures that anybody published.
"""

import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl
import pycountry

from edumig_pipeline.sources.candidates import mapping

HEADER = "INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER"
_YEARS = (1970, 2025)
_ROWS_PER_INDICATOR = 2700  # a little less than what follows from `_rows`, so that there are always enough
_MAPPED_SHARE = 0.1  # indicators the warehouse harmonises
_SERIES_PER_SLICE = 30_000
_ALWAYS = ("26637", "25053", "MSEP.5T8", "MOR.5T8.40510", "OE.5T8.40510", "MENF.5T8")  # what the marts are about

# How a row is bad, and the rule that must say so. `{…}` is the row's own field.
BAD = (
    ("{indicator},{area},{year},1", "record_width"),
    ("{indicator},{area},{year},1,,,,", "record_width"),
    ("{indicator},Q{area},{year},1,,", "known_area"),
    (",{area},{year},1,,", "indicator_given"),
    ("{indicator},{area},{year}x,1,,", "known_period"),
    ("{indicator},{area},1066,1,,", "known_period"),
    ("{indicator},{area},{year},n.a.,,", "value_is_number"),
    ("{indicator},{area},{year},inf,,", "value_is_number"),
    ("{indicator},{area},{year},1,ABOUT,", "known_obs_status"),
    ("{indicator},{area},{year},1,,GUESS", "known_obs_status"),
    ("{indicator},{area},{year},12,INCLUDED,", "value_matches_status"),
    ("26637,{area},{year},-5,,", "within_bounds"),
    # Two rows of one key that say different things.
    ("{indicator},{area},{year},1,,", "unique_key"),
    ("{indicator},{area},{year},2,,", "unique_key"),
)
_TWINS = len(BAD) - 2


@dataclass(frozen=True)
class Wanted:
    """What a release is to be like: one row in `bad_every` is bad (1: all are, 0: none), one in `repeat_every` repeats.

    An `older` one has a cell in 37 less than the other of its seed, and says something else in one in 20.
    """

    rows: int
    seed: int = 1
    bad_every: int = 0
    repeat_every: int = 20_000
    older: bool = False


def write_zip(target: Path, wanted: Wanted, package: str = "SDG") -> pl.DataFrame:
    """Write a package as a zip at `target`; its bad rows: raw_row, rule."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(f"{package}_DATA_NATIONAL.csv", date_time=(2026, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w", force_zip64=True) as member:
            return write_csv(member, wanted)


def write_csv(stream: IO[bytes], wanted: Wanted) -> pl.DataFrame:
    """Write the table to a binary stream; its bad rows: raw_row, rule."""
    stream.write(f"{HEADER}\n".encode())
    bad, written = [], 0
    for rows in _slices(wanted):
        rows = rows.head(wanted.rows - written)  # noqa: PLW2901 - the last slice is cut
        lines, spoilt = _lines(rows, first=written + 1, wanted=wanted)
        stream.write(("\n".join(lines.to_list()) + "\n").encode())
        bad.append(spoilt)
        written += rows.height
        if written == wanted.rows:
            break
    return pl.concat(bad)


def _lines(rows: pl.DataFrame, first: int, wanted: Wanted) -> tuple[pl.Series, pl.DataFrame]:
    """The rows as text, some of them spoilt or repeating the one before, and which rule each spoilt one breaks."""
    number = np.arange(first, first + rows.height)
    kind = np.full(rows.height, -1)
    if wanted.bad_every == 1:
        kind = number % len(BAD)
        whole = np.flatnonzero(kind == _TWINS)
        kind[whole[whole + 1 >= rows.height]] = 0  # the second of two would be in another slice
        if len(kind) and kind[0] == _TWINS + 1:
            kind[0] = 0
    elif wanted.bad_every:
        places = np.flatnonzero(number % wanted.bad_every == wanted.bad_every // 2)
        kind[places] = (number[places] // wanted.bad_every) % (_TWINS + 1)
        twins = places[kind[places] == _TWINS]
        kind[twins[twins + 1 >= rows.height]] = 0
        kind[twins[twins + 1 < rows.height] + 1] = _TWINS + 1
    if wanted.repeat_every and wanted.bad_every != 1:
        repeats = np.flatnonzero(number % wanted.repeat_every == wanted.repeat_every // 3)
        repeats = repeats[(repeats > 0)]
        repeats = repeats[(kind[repeats] < 0) & (kind[repeats - 1] < 0)]
    else:
        repeats = np.array([], dtype=int)
    take = np.arange(rows.height)
    second = np.flatnonzero(kind == _TWINS + 1)
    take[second] -= 1
    take[repeats] -= 1
    frame = rows[take].with_columns(pl.Series("kind", kind))
    good = pl.concat_str("indicator", "area", "year", "value", "magnitude", "qualifier", separator=",")
    text = good
    for place, (template, _) in enumerate(BAD):
        text = pl.when(pl.col("kind") == place).then(_filled(template)).otherwise(text)
    spoilt = np.flatnonzero(kind >= 0)
    broken = pl.DataFrame({"raw_row": number[spoilt], "rule": [BAD[k][1] for k in kind[spoilt]]})
    return frame.select(text.alias("line")).to_series(), broken.cast({"raw_row": pl.Int32, "rule": pl.String})


def _filled(template: str) -> pl.Expr:
    pieces: list[pl.Expr] = []
    for literal, name in ((part.split("}")[-1], part.split("}")[0]) for part in ("}" + template).split("{")):
        pieces += [pl.col(name)] if name else []
        pieces += [pl.lit(literal)]
    return pl.concat_str(pieces)


def _slices(wanted: Wanted) -> Iterator[pl.DataFrame]:
    """Good rows in the file's order, some hundred thousand at a time: indicator, area, year, value, magnitude, qualifier."""
    indicators = _indicators(max(8, wanted.rows // _ROWS_PER_INDICATOR + 8), wanted.seed)
    areas = pl.Series(sorted(country.alpha_3 for country in pycountry.countries)[:235], dtype=pl.String)
    per_slice = max(1, _SERIES_PER_SLICE // len(areas))
    for turn, start in enumerate(range(0, indicators.height, per_slice)):
        chance = np.random.default_rng([wanted.seed, turn])
        rows = _rows(indicators.slice(start, per_slice), areas, chance)
        yield _older(rows) if wanted.older else rows


def _indicators(count: int, seed: int) -> pl.DataFrame:
    """That many indicators in order of code: indicator, unit (PS, PT, RT)."""
    chance = np.random.default_rng(seed)
    known = mapping("unesco_uis_indicators").select("source_indicator", "unit_measure")
    first = known.filter(pl.col("source_indicator").is_in(_ALWAYS))
    others = known.filter(~pl.col("source_indicator").is_in(_ALWAYS))
    others = others[chance.permutation(others.height)].head(max(0, int(count * _MAPPED_SHARE) - first.height))
    mapped = pl.concat([first, others]).rename({"source_indicator": "indicator", "unit_measure": "unit"})
    stems = ("ROFST", "GER", "NERA", "XGDP", "SAP", "REPR", "CR", "TRTP", "PTRHC", "LR", "FEP", "OAEPG", "XUNIT", "YEARS", "ADMI")
    levels = ("1", "2", "3", "1T3", "2T3", "02", "5T8", "4", "5", "AG15T24", "AG25T99")
    groups = (
        "",
        ".M",
        ".F",
        ".GPIA",
        ".RUR",
        ".URB",
        ".Q1",
        ".Q2",
        ".Q3",
        ".Q4",
        ".Q5",
        ".CP",
        ".FSGOV",
        ".NFS",
        ".MATH",
        ".READ",
    )
    codes = (
        f"{stem}.{level}{group}{'' if turn == 0 else f'.V{turn}'}"
        for turn in itertools.count()
        for stem, level, group in itertools.product(stems, levels, groups)
    )
    made = pl.DataFrame(
        {"indicator": list(itertools.islice(codes, max(0, count - mapped.height)))}, schema={"indicator": pl.String}
    )
    units = chance.choice(["PT", "PT", "PS", "RT"], made.height)
    return pl.concat([mapped, made.with_columns(pl.Series("unit", units, dtype=pl.String))]).unique("indicator").sort("indicator")


def _rows(indicators: pl.DataFrame, areas: pl.Series, chance: np.random.Generator) -> pl.DataFrame:
    first_year, last_year = _YEARS
    # Series: an indicator has most countries, a country some years of it, with gaps.
    indicator = np.repeat(np.arange(indicators.height), len(areas))
    area = np.tile(np.arange(len(areas)), indicators.height)
    present = chance.random(len(area)) < chance.uniform(0.6, 1.0, indicators.height)[indicator]
    indicator, area = indicator[present], area[present]
    start = chance.integers(first_year, last_year - 5, len(area))
    length = np.minimum(chance.geometric(1 / 26, len(area)), last_year - start)
    row = np.repeat(np.arange(len(area)), length)
    year = start[row] + np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    kept = chance.random(len(row)) < 0.9
    row, year = row[kept], year[kept]
    unit = indicators["unit"].to_numpy()[indicator[row]]
    size = np.exp(chance.normal(8, 2, len(area)))[row] * chance.normal(1, 0.05, len(row)).clip(0.5, 1.5)
    fractional = (chance.random(indicators.height) < 0.15)[indicator[row]]
    count = np.where(fractional, np.round(size * 2) / 2, np.round(size))
    level = (chance.beta(2, 2, len(area))[row] * chance.normal(1, 0.03, len(row))).clip(0, 1)
    value = np.select([unit == "PS", unit == "RT"], [count, np.round(2 * level, 5)], np.round(100 * level, 5))
    return _flagged(indicators["indicator"][indicator[row]], areas[area[row]], year, value, chance)


def _older(rows: pl.DataFrame) -> pl.DataFrame:
    """What the release before said: some cells were not there yet, some figures were smaller."""
    number = pl.int_range(pl.len())
    smaller = (pl.col("value").cast(pl.Float64, strict=False) * 0.8).round(5).cast(pl.String).str.strip_suffix(".0")
    revised = (number % 20 == 0) & ~pl.col("value").is_in(["", "0"])
    return rows.with_columns(pl.when(revised).then(smaller).otherwise("value").alias("value")).filter(number % 37 != 0)


def _flagged(
    indicator: pl.Series, area: pl.Series, year: np.ndarray, value: np.ndarray, chance: np.random.Generator
) -> pl.DataFrame:
    """The rows with UIS's flags: what VALUE holds goes with them."""
    magnitude = chance.choice(
        ["", "NIL", "NA", "INCLUDED", "SUPP", "INCLUDES", "LOWREL"],
        len(value),
        p=[0.955, 0.018, 0.015, 0.004, 0.002, 0.003, 0.003],
    )
    qualifier = chance.choice(["", "UIS_EST", "NAT_EST"], len(value), p=[0.75, 0.22, 0.03])
    nothing = np.isin(magnitude, ["INCLUDED", "SUPP"]) | ((magnitude == "") & (chance.random(len(value)) < 0.002))
    zero = np.isin(magnitude, ["NIL", "NA"])
    number = pl.Series("value", np.where(zero, 0, value))
    text = number.cast(pl.String).str.strip_suffix(".0")
    return pl.DataFrame(
        {
            "indicator": indicator,
            "area": area,
            "year": pl.Series(year).cast(pl.String),
            "value": pl.select(pl.when(pl.lit(pl.Series(nothing))).then(pl.lit("")).otherwise(pl.lit(text))).to_series(),
            "magnitude": pl.Series(magnitude, dtype=pl.String),
            "qualifier": pl.Series(np.where(nothing | zero, "", qualifier), dtype=pl.String),
        }
    )
