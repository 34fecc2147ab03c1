"""Every row of a batch checked by every rule of the tables it lands in.

Belongs here: completing candidate rows and running pandera over them. Does not belong here: the rules (declared with
their table) or what becomes of bad rows (`landing`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from edumig_pipeline.ingest.corrections import applied, corrected
from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.ingest.quarantine import FAILURE_SCHEMA, Listing
from edumig_pipeline.model import areas
from edumig_pipeline.model.catalogue import table
from edumig_pipeline.model.checks import pandera_schema, rules_of, validate
from edumig_pipeline.model.coded import looked_up
from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.model.observations import FOOTNOTES
from edumig_pipeline.model.schemas import carried_schema
from edumig_pipeline.model.table import Rule, Table
from edumig_pipeline.sources.candidates import period_bounds
from edumig_pipeline.sources.layout import Part
from edumig_pipeline.sources.reading.records import PLACE
from edumig_pipeline.sources.registry import area_prefixes

_SHOWN = 200  # characters of a value in a message


@dataclass(frozen=True)
class Outcome:
    """What a batch's rows became; `corrections` are the declared ones that were applied to valid rows.

    `valid`: those that land, by table, with their place. `remarks`: what hangs on them, as rows of `footnotes`.
    `failures`: those that broke a rule, as rows of `quarantine`. `area_names`: what the valid rows call areas that
    ISO 3166 does not name (code, name).
    """

    valid: Mapping[str, pl.DataFrame]
    remarks: pl.DataFrame
    corrections: pl.DataFrame
    failures: pl.DataFrame
    area_names: pl.DataFrame


class Validator:
    """Checks the batches of one part."""

    def __init__(self, part: Part, raw_file: str, release: FoundRelease) -> None:
        self._part = part
        self._raw_file = raw_file
        self._constants = {
            "source": release.source,
            "release": release.release,
            "dataset": part.dataset,
            "raw_file": raw_file,
        }
        self._prefixes = area_prefixes()
        self._corrections = [
            fix for fix in release.corrections if f"{release.id}/{fix.file}" == raw_file and fix.status == "active"
        ]
        self._schemas = {name: pandera_schema(table(name), carried_schema(table(name))) for name in (*part.lands, FOOTNOTES.name)}
        self.listing = Listing(raw_file)

    def validate(self, records: pl.DataFrame) -> Outcome:
        """Records that are not excluded, as rows of their tables or as failures; a row lands in all its tables or in none."""
        candidates = {name: self._complete(table(name), harmonise(records)) for name, harmonise in self._part.lands.items()}
        remarks = [self._complete(FOOTNOTES, harmonise(records)) for harmonise in self._part.remarks]
        broken = [found for name, candidate in candidates.items() for found in self._broken(table(name), candidate)]
        for remark in remarks:
            broken += self._broken(FOOTNOTES, remark, remark["footnote"].is_not_null())
        failures = pl.DataFrame(schema=FAILURE_SCHEMA)
        if broken:
            good = pl.select(pl.all_horizontal(*(pl.lit(obeys) for _, _, obeys in broken))).to_series()
            failures = self._failures(records, good, broken)
            candidates = {name: candidate.filter(good) for name, candidate in candidates.items()}
            remarks = [remark.filter(good) for remark in remarks]
        valid = {name: _with_place(candidate, table(name)) for name, candidate in candidates.items()}
        made = [_with_place(remark.filter(pl.col("footnote").is_not_null()), FOOTNOTES) for remark in remarks]
        fixed = applied(candidates["observations"]) if "observations" in candidates else pl.DataFrame()
        return Outcome(valid, pl.concat(made) if made else pl.DataFrame(), fixed, failures, _area_names(candidates))

    def _broken(
        self, declared: Table, candidate: pl.DataFrame, looked_at: pl.Series | None = None
    ) -> list[tuple[Rule, pl.DataFrame, pl.Series]]:
        """The rules some candidate broke, and for each which ones obey it; those not `looked_at` obey every rule."""
        kept = candidate if looked_at is None else candidate.filter(looked_at)
        checked = validate(declared, kept, self._schemas[declared.name])
        rules = {rule.name: rule for rule in rules_of(declared)}
        return [(rules[name], candidate, _spread(obeys, looked_at)) for name, obeys in checked.broken.items()]

    def _failures(
        self, records: pl.DataFrame, good: pl.Series, broken: Sequence[tuple[Rule, pl.DataFrame, pl.Series]]
    ) -> pl.DataFrame:
        """The rows of `quarantine` for those that are not good, as far as they are listed."""
        bad = (~good).arg_true()
        first = pl.select(pl.coalesce(pl.when(pl.lit(~obeys.gather(bad))).then(pl.lit(rule.name)) for rule, _, obeys in broken))
        admitted = self.listing.admit(first.to_series())
        shown, rules = bad.filter(admitted), first.to_series().filter(admitted)
        # Two tables that a row lands in may share a rule; once is enough to say so.
        said: dict[str, pl.Series] = {}
        reasons = []
        for number, (rule, candidate, obeys) in enumerate(broken):
            fails = ~obeys.gather(shown)
            if (before := said.get(rule.name)) is not None:
                fails &= ~before
            said[rule.name] = fails if before is None else fails | before
            reason = candidate[shown].select(_sentence(rule)).to_series()
            reasons.append(pl.select(pl.when(fails).then(reason).alias(str(number))).to_series())
        rows = records[shown]
        return pl.DataFrame(
            {
                "raw_file": pl.repeat(self._raw_file, rows.height, dtype=pl.String, eager=True),
                "raw_row": rows["raw_row"],
                "rule": rules,
                "reason": pl.DataFrame(reasons).select(pl.concat_str(pl.all(), separator="; ", ignore_nulls=True)).to_series(),
                "raw_row_json": as_json(rows),
            },
            schema=FAILURE_SCHEMA,
        )

    def _complete(self, declared: Table, candidate: pl.DataFrame) -> pl.DataFrame:
        """The candidate with the columns every source leaves to us, and the helper columns its rules look at."""
        constants = [pl.lit(v, dtype=pl.String).cast(pl.Categorical).alias(k) for k, v in self._constants.items()]
        frame = candidate.with_columns(constants)
        if "obs_value" in declared.names:
            frame = corrected(frame, self._corrections)
        frames = [frame]
        named = [name for name in ("ref_area", "counterpart_area", "area", "parent_area") if name in declared.names]
        frames += [looked_up(frame, (name,), self._is_known) for name in named]
        if "time_period" in declared.names:
            frames.append(looked_up(frame, ("time_period",), _period_bounds))
        if "obs_value" in declared.names:
            frames.append(looked_up(frame, ("indicator",), _value_bounds))
        frame = pl.concat(frames, how="horizontal")
        return frame.cast({name: dtype for name, dtype in carried_schema(declared).items() if name in frame.columns})

    def _is_known(self, area: pl.DataFrame) -> pl.DataFrame:
        (name,) = area.columns
        return areas.known(area[name], self._prefixes).alias(f"{name}_known").to_frame()


def _period_bounds(periods: pl.DataFrame) -> pl.DataFrame:
    found = periods.join(period_bounds(periods["time_period"]), on="time_period", how="left", maintain_order="left")
    return found.select("period_start", "period_end")


def _value_bounds(indicators: pl.DataFrame) -> pl.DataFrame:
    bounds = harmonised().select("indicator", "lower_bound", "upper_bound")
    return indicators.join(bounds, on="indicator", how="left", maintain_order="left").select("lower_bound", "upper_bound")


def _spread(obeys: pl.Series, looked_at: pl.Series | None) -> pl.Series:
    """What was found of the rows that were looked at, over all rows; the others obey."""
    if looked_at is None:
        return obeys
    return pl.Series(np.ones(len(looked_at), dtype=bool)).scatter(looked_at.arg_true(), obeys)


def _with_place(candidate: pl.DataFrame, declared: Table) -> pl.DataFrame:
    unpublished = [name for name in ("raw_file", *PLACE) if name not in declared.names and name in candidate.columns]
    return candidate.select(*declared.names, *unpublished)


def _area_names(candidates: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    pairs = (("ref_area", "area_name"), ("counterpart_area", "counterpart_name"), ("area", "area_name"), ("area", "label"))
    named = []
    for candidate in candidates.values():
        # A label is what an area is called, unless the source knows a name that tells more.
        known = [name for name in candidate.columns if name != "label" or "area_name" not in candidate.columns]
        found = [candidate.select(code=code, name=name) for code, name in pairs if code in known and name in known]
        named += [pair.filter(_is_own(pair)).unique().cast(pl.String) for pair in found]
    if not named:
        return pl.DataFrame(schema={"code": pl.String, "name": pl.String})
    return pl.concat(named).filter(pl.col("name").is_not_null())


def _is_own(named: pl.DataFrame) -> pl.Series:
    """Which rows name an area by the publisher's own code."""
    has_prefix = pl.col("code").str.contains(":", literal=True).fill_null(value=False)
    return looked_up(named, ("code",), lambda codes: codes.select(has_prefix)).to_series()


def as_json(records: pl.DataFrame) -> pl.Series:
    """Each record as a JSON object of the publisher's columns, as read."""
    shown = [name for name in records.columns if name not in ("raw_row", "exclusion") and not _is_empty(records[name])]
    return (
        records.cast({pl.Categorical: pl.String}).select(pl.struct(shown).struct.json_encode().alias("raw_row_json")).to_series()
    )


def _is_empty(column: pl.Series) -> bool:
    return column.name == "raw_column" and column.null_count() == len(column)


def _sentence(rule: Rule) -> pl.Expr:
    """The rule's reason with the row's values filled in, the rule's name before it."""
    pieces: list[pl.Expr] = [pl.lit(f"{rule.name}: ")]
    rest = rule.reason
    while "{" in rest:
        before, _, rest = rest.partition("{")
        column, _, rest = rest.partition("}")
        pieces += [pl.lit(before), pl.col(column).cast(pl.String).fill_null("").str.slice(0, _SHOWN)]
    return pl.concat_str([*pieces, pl.lit(rest)])
