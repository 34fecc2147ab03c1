"""Kazakhstan's Bureau of National Statistics (stat.gov.kz): downloads of its dynamic tables.

Belongs here: the columns, dimensions, regions and periods of those downloads. Does not belong here: reading delimited
text, or what the harmonised codes mean.

What is certain of the downloads (https://stat.gov.kz/api/iblock/element/<id>/csv/file/ru/), as several people's
programs read them: separated by tabs though called csv, UTF-8 with a byte order mark, one figure a row; columns NAM
(name of the indicator), DAT, PERIOD, VAL, a territory column whose name begins with KATO in Cyrillic, and dimensions; every
dimension X has a twin LX; the order differs from file to file. PERIOD is YYYYMM in a monthly table and begins with the
year in all. Figures may have blanks between thousands. Territories are named in capital Russian letters; the twin of
the territory is 0 throughout in the one file of which that is known, so it is no code there.

What is not certain is not guessed. Regions are told by their code in the classifier of territories (KATO) where nine digits
stand in either territory column, else by their exact name; a name nobody listed goes to quarantine, a district keeps its name
behind the prefix. What the twins say, and DAT, is not read. How long a period of the form YYYYMM is, the file does not
say: it is a year where the table has one and the same month in every year, a month where two neighbouring months stand
in it, and else the table is refused. A comma before exactly three digits may be either kind of comma: no number.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from edumig_pipeline.model.areas import UNKNOWN
from edumig_pipeline.sources.candidates import mapping, number
from edumig_pipeline.sources.layout import Part, Source
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch, RefusedError

_ID = "kz_stat"
_FIXED = ("NAM", "DAT", "PERIOD", "VAL")
_ENOUGH_TO_TELL = 3  # of the fixed columns; a table with fewer is another publisher's
_TERRITORY = "КАТО"
_SEX = "sex"

_KATO_CODE = r"^[0-9]{9}$"
_DISTRICT = r"(^|\s)район(\s|$)|\sг\.\s?а\.$"  # a district, or a town with its surroundings (городская администрация)
_MONTH = r"^[0-9]{4}(0[1-9]|1[0-2])$"
_GROUPED = r"^-?[0-9]{1,3}([ \u00a0\u202f][0-9]{3})+([.,][0-9]+)?$"
_DECIMAL_COMMA = r"^-?[0-9]+,([0-9]{1,2}|[0-9]{4,})$"


@dataclass(frozen=True)
class _Columns:
    """The columns of a download, by their published names: the territory, its twin if any, and the dimensions' keys."""

    fixed: Mapping[str, str]
    territory: str
    territory_twin: str | None
    dimensions: Mapping[str, str]


def _columns_of(header: Sequence[str]) -> _Columns | None:
    """What the columns are; None when this is no download of the Bureau.

    Raises RefusedError when it is one, but a column is missing, is twice there, or cannot be told.
    """
    names = [name.strip() for name in header]
    published = dict(zip(names, header, strict=True))
    missing = [name for name in _FIXED if name not in published]
    if len(missing) > len(_FIXED) - _ENOUGH_TO_TELL:
        return None
    if missing:
        raise _drifted(f"expected {', '.join(_FIXED)}; {', '.join(missing)} is missing among {', '.join(names)}")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _drifted(f"expected each column once; found twice: {', '.join(twice)}")
    twins = [name for name in names if name[:1] == "L" and name[1:].strip() in published]
    plain = [name for name in names if name not in (*_FIXED, *twins)]
    if alone := [name for name in plain if not name or name[0] == "L"]:
        raise _drifted(f"expected a column X for each column LX; found {', '.join(alone) or 'one without a heading'} alone")
    territories = [name for name in plain if name.startswith(_TERRITORY)]
    if len(territories) != 1:
        raise _drifted(f"expected one column beginning with {_TERRITORY}; found {', '.join(territories) or 'none'}")
    dimensions = {name: _key(name) for name in plain if name not in territories}
    keys = list(dimensions.values())
    if same := [name for name, key in dimensions.items() if keys.count(key) > 1]:
        raise _drifted(f"expected each dimension once; found {', '.join(same)}")
    return _Columns(
        fixed={name: published[name] for name in _FIXED},
        territory=published[territories[0]],
        territory_twin=next((published[name] for name in twins if name[1:].strip() == territories[0]), None),
        dimensions={published[name]: key for name, key in dimensions.items()},
    )


def _drifted(what: str) -> RefusedError:
    return RefusedError("known_layout", f"a table of the Bureau with other columns than those known: {what}")


def _key(dimension: str) -> str:
    """The dimension's key in `breakdown`: as listed, else its name in Latin letters."""
    listed = dict(mapping("kz_stat_dimensions").iter_rows())
    if dimension in listed:
        return str(listed[dimension])
    latin = dict(mapping("kz_stat_letters").iter_rows())
    spelled = "".join(latin.get(letter, letter) for letter in dimension.lower())
    return re.sub(r"[^a-z0-9]+", "_", spelled).strip("_")


def _periods(published: Sequence[str]) -> dict[str, str]:
    """time_period by PERIOD, for those of the form YYYYMM.

    Raises RefusedError when it cannot be told how long they are.
    """
    months = sorted(text for text in set(published) if re.fullmatch(_MONTH.strip("^$"), text))
    in_year = {text[4:] for text in months}
    if not months:
        return {}
    if len(in_year) == 1 and len(months) > 1:
        return {text: text[:4] for text in months}
    counted = {int(text[:4]) * 12 + int(text[4:]) for text in months}
    if any(month + 1 in counted for month in counted):
        return {text: f"{text[:4]}-{text[4:]}" for text in months}
    raise RefusedError(
        "known_period",
        f"PERIOD has months {', '.join(sorted(in_year))} in {len({text[:4] for text in months})} year(s): expected one month "
        "in every year (years) or neighbouring months (months); how long these periods are is not said",
    )


def _area(columns: _Columns) -> pl.Expr:
    """The territory as ref_area: by its nine-digit code, else by its exact name; a district keeps what it is called."""
    listed = dict(mapping("kz_stat_areas").iter_rows())
    name = _name(columns.territory)
    twin = pl.col(columns.territory_twin).str.strip_chars() if columns.territory_twin else pl.lit("")
    code = pl.when(name.str.contains(_KATO_CODE)).then(name).when(twin.str.contains(_KATO_CODE)).then(twin)
    regions = [text[:2] for text in listed if re.fullmatch(_KATO_CODE.strip("^$"), text)]
    own = pl.lit(f"{_ID}:")
    return pl.coalesce(
        code.replace_strict(listed, default=None, return_dtype=pl.String),
        pl.when(code.str.slice(0, 2).is_in(regions)).then(pl.concat_str(own, code)),
        name.str.to_lowercase().replace_strict(listed, default=None, return_dtype=pl.String),
        pl.when(name.str.to_lowercase().str.contains(_DISTRICT)).then(pl.concat_str(own, name)),
        pl.concat_str(pl.lit(UNKNOWN), name),
    )


def _name(column: str) -> pl.Expr:
    """A name with single blanks between its words."""
    return pl.col(column).str.strip_chars().str.replace_all(r"\s+", " ")


def _meant(column: str, dimension: str) -> pl.Expr:
    """What a term of a dimension is listed as: _T for its total; NULL where it is not listed."""
    rows = mapping("kz_stat_terms").filter(pl.col("dimension").is_null() | (pl.col("dimension") == dimension))
    listed = dict(rows.select("term", "code").iter_rows())
    return _name(column).str.to_lowercase().replace_strict(listed, default=None, return_dtype=pl.String)


def _sex(columns: _Columns) -> pl.Expr:
    """The sex as SDMX codes it; a term nobody listed fails as itself."""
    column = next((name for name, key in columns.dimensions.items() if key == _SEX), None)
    return pl.coalesce(_meant(column, _SEX), pl.col(column)) if column else pl.lit("_T")


def _breakdown(columns: _Columns) -> pl.Expr:
    """All other dimensions that are not at their total, by key."""
    pairs = [
        pl.when(_meant(name, key).ne_missing("_T")).then(pl.concat_str(pl.lit(f"{key}="), _name(name)))
        for name, key in sorted(columns.dimensions.items(), key=lambda item: item[1])
        if key != _SEX
    ]
    if not pairs:
        return pl.lit("_T")
    joined = pl.concat_str(pairs, separator=";", ignore_nulls=True)
    return pl.when(joined == "").then(pl.lit("_T")).otherwise(joined)


def _figure(text: pl.Expr) -> pl.Expr:
    """The figure with a decimal point and without blanks between thousands."""
    grouped = text.str.contains(_GROUPED)
    plain = pl.when(grouped).then(text.str.replace_all(r"[ \u00a0\u202f]", "")).otherwise(text)
    return pl.when(grouped | text.str.contains(_DECIMAL_COMMA)).then(plain.str.replace(",", ".", literal=True)).otherwise(plain)


def _observations(records: pl.DataFrame, columns: _Columns) -> pl.DataFrame:
    """Records of a download as candidates for `observations`."""
    value = pl.col(columns.fixed["VAL"]).str.strip_chars()
    name = _name(columns.fixed["NAM"])
    terms = mapping("kz_stat_indicators")
    said = records.with_columns(name.str.to_lowercase().alias("name"))
    named = said.join(terms, on="name", how="left", maintain_order="left")
    return named.select(
        pl.coalesce("indicator", pl.concat_str(pl.lit(f"{_ID}:"), name)).alias("indicator"),
        _area(columns).alias("ref_area"),
        pl.lit("_T").alias("counterpart_area"),
        _sex(columns).alias("sex"),
        _breakdown(columns).alias("breakdown"),
        pl.col("period").alias("time_period"),
        number(_figure(value)).alias("obs_value"),
        pl.when(value == "").then(pl.lit("O")).otherwise(pl.lit("A")).alias("obs_status"),
        pl.lit("").alias("source_status"),
        pl.col("unit_measure").fill_null("_X"),
        name.alias("source_indicator"),
        _name(columns.territory).alias("source_area"),
        "raw_row",
        "raw_column",
        value.alias("published_value"),
        pl.col(columns.fixed["PERIOD"]).alias("published_period"),
        pl.lit(value=False).alias("undated"),
        _name(columns.territory).alias("area_name"),
    )


@dataclass(frozen=True)
class _DynamicTable:
    """A download of a dynamic table."""

    name: str = "kz_stat_dynamic_table"
    header: tuple[str, ...] = _FIXED

    @property
    def expects(self) -> str:
        """The columns, for the message that refuses a file."""
        return f"columns {', '.join(_FIXED)}, one beginning with {_TERRITORY}, and dimensions X with their twins LX"

    def parts(self, file: RawFile) -> list[Part] | None:
        """The table, or None when it is none of the Bureau's; raises RefusedError when its columns drifted."""
        columns = _columns_of(file.header)
        if columns is None:
            return None
        lands = {"observations": partial(_observations, columns=columns)}
        return [Part("", "dynamic_tables", lands, partial(_records, file, columns.fixed["PERIOD"]))]


def _records(file: RawFile, column: str) -> Iterator[Batch]:
    """The records with their time_period as `period`, which the whole table has to be read for."""
    published = pl.col(column).str.strip_chars()
    distinct: set[str] = set()
    for batch in file.records():
        kept = batch.records.filter(pl.col("exclusion").is_null())
        distinct.update(kept.select(published).to_series().unique())
    periods = _periods(sorted(distinct))
    for batch in file.records():
        yield Batch(batch.records.with_columns(published.replace(periods).alias("period")), batch.malformed)


SOURCE = Source(
    id=_ID,
    publisher="Bureau of National Statistics of the Republic of Kazakhstan",
    url="https://stat.gov.kz/ru/industries/social-statistics/demography/dynamic-tables/",
    description="Dynamic tables of the Bureau: migration and population of Kazakhstan and its regions, as registered.",
    area_prefix="kz_stat",
    layouts=(_DynamicTable(),),
)
