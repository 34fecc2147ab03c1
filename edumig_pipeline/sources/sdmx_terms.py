"""What records in SDMX terms become: components, codes, flags and multipliers as candidates for `observations`.

Belongs here: what SDMX means the same for whoever writes it, and the few things a publisher has to say of itself. Does
not belong here: any file format (`sdmx_csv`), or a publisher's own codes.

Sources of the rules: SDMX CL_OBS_STATUS 2.2 and CL_CONF_STATUS; the content-oriented guidelines for `_T` (total), `_Z`
(not applicable) and UNIT_MULT (the power of ten that the value is to be multiplied by).
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from edumig_pipeline.model.areas import ALL_AREAS
from edumig_pipeline.model.codes import STATUS_WITHOUT_VALUE
from edumig_pipeline.sources.candidates import mapping, number

TIME, VALUE = "time_period", "obs_value"

# Where several statuses apply, the earlier one says more: first why there is no number, then what the number is, and
# last with what it can be compared.
_PRECEDENCE = "KMQLHONWUEIFPGVSJDBA"

_TOTALS = (ALL_AREAS, "TOTAL")
_NOT_SPLIT = (*_TOTALS, "_Z")
_SEX = {"T": "_T", "TOTAL": "_T", "_Z": "_T"}

_FLAG = re.compile(r"obs_(status|flag)(_[0-9]+)?")
_CONFIDENTIALITY = "conf_status"
# CL_CONF_STATUS: confidential, secondary, not for publication, secrecy of another kind; F is free.
_CONFIDENTIAL = ("C", "D", "N", "P", "S")
_MULTIPLIER = "unit_mult"
_UNIT = ("unit", "unit_measure")
# Attributes that say how figures are shown, not what they are.
_OF_NO_INTEREST = (_CONFIDENTIALITY, _MULTIPLIER, "decimals", "time_format")
_NO_VALUE = ("", "nan", ":")


@dataclass(frozen=True)
class Columns:
    """Which column of a table says what, by component id in lower case; `labels` beside the codes of a component.

    Dimensions are all but the time. Attributes stand behind the value.
    """

    dimensions: Mapping[str, str]
    attributes: Mapping[str, str]
    labels: Mapping[str, str]
    time: str
    value: str


@dataclass(frozen=True)
class Flags:
    """A publisher's flags: the status each is, how a text splits into flags, and which may stand where no value does."""

    statuses: Mapping[str, str]
    split: Callable[[str], Sequence[str]]
    on_missing: Collection[str]

    def status(self, said: str, *, missing: bool) -> str:
        """obs_status of what `source_status` says; a flag nobody declared becomes a status that fails validation."""
        observed, _, confidentiality = said.partition("|")
        flags = self.split(observed)
        if unknown := [flag for flag in flags if flag not in self.statuses]:
            return f"flag {' '.join(unknown)}"
        statuses = {self.statuses[flag] for flag in flags}
        if missing and not statuses & set(STATUS_WITHOUT_VALUE):
            if confidentiality in _CONFIDENTIAL:
                return "Q"
            if statuses <= {self.statuses[flag] for flag in self.on_missing}:
                return "O"
        return min(statuses, key=_PRECEDENCE.index, default="A")


@dataclass(frozen=True)
class Writer:
    """A publisher that writes SDMX: its source id, its agency, and what its components and codes mean.

    `area` turns an area code into ours. `mapping` names the rows of `sources/mappings` that say which dataflow and unit
    is which harmonised indicator, and which codes of its dimensions (`whole`: `isced11=ED5-8`) stand for all of it.
    `spelling` gives a dataflow's id the spelling in which it is kept.
    """

    source: str
    agency: str
    area: Callable[[pl.Expr], pl.Expr]
    ref_area: str
    counterpart: str
    flags: Flags
    units: Mapping[str, str]
    mapping: str | None = None
    spelling: Callable[[str], str] = str

    def maintains(self, agency: str) -> bool:
        """Whether the agency is the publisher's or, as OECD.EDU.IMEP is OECD's, a part of it."""
        return agency == self.agency or agency.startswith(f"{self.agency}.")


@dataclass(frozen=True)
class Meaning:
    """A mapping row: what figures of a dataflow in one unit are, and which codes stand for the whole of a dimension."""

    unit: str
    indicator: str
    unit_measure: str
    whole: Mapping[str, str]


@dataclass(frozen=True)
class Dataflow:
    """Records of one dataflow: who writes it, which column says what, and the id under which it is kept.

    Figures that no mapping row knows land under the dataflow's own code, with all their dimensions in `breakdown`.
    """

    writer: Writer
    columns: Columns
    id: str

    def observations(self, records: pl.DataFrame) -> pl.DataFrame:
        """Records as candidates for `observations`."""
        missing = pl.col("is missing")
        names = [self._name(self.writer.ref_area).alias("area_name")]
        if self.writer.counterpart in self.columns.dimensions:
            names.append(self._name(self.writer.counterpart).alias("counterpart_name"))
        return self._terms(records).select(
            *self._keys(),
            pl.when(~missing).then(pl.col("the number")).alias("obs_value"),
            "obs_status",
            "source_status",
            self._by_unit(lambda meaning: pl.lit(meaning.unit_measure), self._own_unit()).alias("unit_measure"),
            self._published_code().alias("source_indicator"),
            pl.col(self.writer.ref_area).alias("source_area"),
            "raw_row",
            "raw_column",
            pl.when(missing).then(pl.lit("")).otherwise("the value").alias("published_value"),
            pl.col(TIME).alias("published_period"),
            pl.lit(value=False).alias("undated"),
            *names,
        )

    def remarks(self, records: pl.DataFrame, attribute: str) -> pl.DataFrame:
        """What an attribute says of each record as candidates for `footnotes`, its id as published being their type."""
        said = pl.col(f"said {attribute}")
        return self._terms(records).select(
            *self._keys(),
            pl.lit(self.columns.attributes[attribute].partition(": ")[0]).alias("footnote_type"),
            pl.lit(None, dtype=pl.String).alias("footnote_subtype"),
            pl.when(~said.is_in(["", "_Z"])).then(said).alias("footnote"),
            self._published_code().alias("source_indicator"),
            pl.col(self.writer.ref_area).alias("source_area"),
            "raw_row",
        )

    @property
    def remarked(self) -> tuple[str, ...]:
        """The attributes that say something of a figure which no column of `observations` keeps."""
        kept = (*_OF_NO_INTEREST, *_UNIT)
        return tuple(name for name in self.columns.attributes if name not in kept and not _FLAG.fullmatch(name))

    @cached_property
    def meanings(self) -> tuple[Meaning, ...]:
        """The harmonised indicators its figures are, by unit; none for a dataflow that is not mapped."""
        if self.writer.mapping is None:
            return ()
        rows = mapping(self.writer.mapping).filter(pl.col("dataflow") == self.id)
        return tuple(
            Meaning(unit, indicator, unit_measure, dict(pair.split("=", 1) for pair in whole.split(";")))
            for unit, indicator, unit_measure, whole in rows.select("unit", "indicator", "unit_measure", "whole").iter_rows()
        )

    def _terms(self, records: pl.DataFrame) -> pl.DataFrame:
        """The records with one column per component, named by its id: codes, number, flags."""
        columns = self.columns
        multiplier = {**columns.dimensions, **columns.attributes}.get(_MULTIPLIER)
        power = code(pl.col(multiplier)) if multiplier else pl.lit("0")
        value = pl.col(columns.value).str.strip_chars()
        coded = {**columns.dimensions, **{name: columns.attributes[name] for name in _UNIT if name in columns.attributes}}
        terms = records.select(
            *(code(pl.col(column)).alias(name) for name, column in coded.items()),
            *(pl.col(column).str.strip_chars().alias(f"label {name}") for name, column in columns.labels.items()),
            *(pl.col(columns.attributes[name]).str.strip_chars().alias(f"said {name}") for name in self.remarked),
            # 2019-A1 is SDMX's other spelling of the (reporting) year 2019.
            code(pl.col(columns.time)).str.replace("-A1$", "").alias(TIME),
            value.str.to_lowercase().is_in(_NO_VALUE).alias("is missing"),
            _scaled(value, power).alias("the number"),
            pl.when(power.is_in(["", "0"]))
            .then(value)
            .otherwise(pl.concat_str(value, pl.lit(" × 10^"), power))
            .alias("the value"),
            self._source_status().alias("source_status"),
            "raw_row",
            "raw_column",
        )
        pairs = terms.select("source_status", "is missing").unique()
        statuses = [self.writer.flags.status(said, missing=missing) for said, missing in pairs.iter_rows()]
        pairs = pairs.with_columns(pl.Series("obs_status", statuses, dtype=pl.String))
        return terms.join(pairs, on=["source_status", "is missing"], how="left", maintain_order="left")

    def _source_status(self) -> pl.Expr:
        """The flags as published: of several columns joined by commas, then | and the confidentiality where it is said."""
        flags = [code(pl.col(column)) for name, column in self.columns.attributes.items() if _FLAG.fullmatch(name)]
        observed = pl.concat_str(flags, separator=",").str.strip_chars_end(",") if flags else pl.lit("")
        if _CONFIDENTIALITY not in self.columns.attributes:
            return observed
        confidential = code(pl.col(self.columns.attributes[_CONFIDENTIALITY]))
        behind = pl.when(confidential == "").then(pl.lit("")).otherwise(pl.concat_str(pl.lit("|"), confidential))
        return pl.concat_str(observed, behind)

    def _keys(self) -> list[pl.Expr]:
        """The columns that say what a figure is about."""
        dimensions = self.columns.dimensions
        origin = pl.col(self.writer.counterpart) if self.writer.counterpart in dimensions else pl.lit(ALL_AREAS)
        own = pl.concat_str(pl.lit(f"{self.writer.source}:"), self._published_code())
        every = pl.lit(ALL_AREAS)
        return [
            self._by_unit(lambda meaning: pl.lit(meaning.indicator), own).alias("indicator"),
            self.writer.area(pl.col(self.writer.ref_area)).alias("ref_area"),
            pl.when(origin.is_in(_NOT_SPLIT)).then(every).otherwise(self.writer.area(origin)).alias("counterpart_area"),
            (pl.col("sex").replace(_SEX) if "sex" in dimensions else every).alias("sex"),
            self._by_unit(self._breakdown, self._breakdown(None)).alias("breakdown"),
            pl.col(TIME),
        ]

    def _by_unit(self, mapped: Callable[[Meaning], pl.Expr], otherwise: pl.Expr) -> pl.Expr:
        """What the meaning of figures in a record's unit says, else `otherwise`."""
        chosen = otherwise
        for meaning in self.meanings:
            chosen = pl.when(self._unit() == meaning.unit).then(mapped(meaning)).otherwise(chosen)
        return chosen

    def _unit(self) -> pl.Expr:
        here = [name for name in _UNIT if name in self.columns.dimensions or name in self.columns.attributes]
        return pl.col(here[0]) if here else pl.lit("")

    def _own_unit(self) -> pl.Expr:
        return self._unit().replace_strict(dict(self.writer.units), default="_X", return_dtype=pl.String)

    def _published_code(self) -> pl.Expr:
        """The dataflow, and the measure where a dimension says which of several it is."""
        measure = "measure" in self.columns.dimensions
        return pl.concat_str(pl.lit(self.id), pl.lit(":"), "measure") if measure else pl.lit(self.id)

    def _breakdown(self, meaning: Meaning | None) -> pl.Expr:
        """Whatever else splits the figure; of figures that mean nothing to us, their unit and frequency, too."""
        elsewhere = {self.writer.ref_area, self.writer.counterpart, "sex", "measure", _MULTIPLIER}
        whole = meaning.whole if meaning else {}
        pairs = []
        for name in sorted(set(self.columns.dimensions) - elsewhere - ({"freq", *_UNIT} if meaning else set())):
            totals = [*(_NOT_SPLIT if meaning else _TOTALS), *([whole[name]] if name in whole else [])]
            pairs.append(pl.when(~pl.col(name).is_in(totals)).then(pl.concat_str(pl.lit(f"{name}="), name)))
        joined = pl.concat_str(pairs, separator=";", ignore_nulls=True) if pairs else pl.lit("")
        return pl.when(joined == "").then(pl.lit("_T")).otherwise(joined)

    def _name(self, dimension: str) -> pl.Expr:
        """What the file calls the area: its label where one is given, else its code."""
        if dimension not in self.columns.labels:
            return pl.col(dimension)
        label = pl.col(f"label {dimension}")
        return pl.when(label == "").then(pl.col(dimension)).otherwise(label)


def code(cell: pl.Expr) -> pl.Expr:
    """The code in a cell that says `A` or `A: Annual`."""
    return cell.str.splitn(": ", 2).struct.field("field_0").str.strip_chars()


def _scaled(value: pl.Expr, power: pl.Expr) -> pl.Expr:
    """The number times ten to the power, rounded once: the exponent is moved in the text. NULL where either is none."""
    exponent = value.str.extract(r"[eE]([+-]?[0-9]+)$").fill_null("0").cast(pl.Int32, strict=False)
    by = pl.when(power == "").then(pl.lit("0")).when(power.str.contains(r"^[+-]?[0-9]{1,2}$")).then(power)
    moved = pl.concat_str(value.str.extract(r"^([^eE]*)"), pl.lit("E"), exponent + by.cast(pl.Int32))
    return pl.when(number(value).is_not_null()).then(number(moved))
