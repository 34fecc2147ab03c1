"""Checks on published tables, with the numbers they go by. They warn: what looks wrong may be the publishers' news.

Belongs here: those checks as Dagster sees them. Does not belong here: when a new release parts too far from the last
(`publish/release_bounds`), or rules that a row must obey to be published at all (`model/`).
"""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from edumig_pipeline.defs.groups import table_key
from edumig_pipeline.defs.markdown import markdown_table
from edumig_pipeline.model.areas import WORLD
from edumig_pipeline.model.codes import VERDICT
from edumig_pipeline.model.evidence import CLAIM_CHECKS, CLAIMS, RELEASE_CHANGES
from edumig_pipeline.model.marts import STUDENT_FLOWS
from edumig_pipeline.publish.release_bounds import departures, newest_changes
from edumig_pipeline.sources.layout import Source
from edumig_pipeline.sources.registry import sources
from edumig_pipeline.warehouse import Generation

WITHIN_TOTAL = "flows_stay_within_their_total"
CLAIMS_CHECKED = "every_claim_is_checked"
# Per cent by which the flows of an origin may exceed its total before somebody should look: the total may be of a newer release.
_ROOM = 5.0
_SHOWN = 10


def bounds_check_name(source_id: str) -> str:
    """Name of the check, on `release_changes`, of a publisher's newest releases."""
    return f"{source_id}_in_bounds"


def check_specs() -> list[dg.AssetCheckSpec]:
    """What is checked of the tables."""
    return [
        *map(_bounds_spec, sources().values()),
        dg.AssetCheckSpec(
            WITHIN_TOTAL,
            asset=table_key(STUDENT_FLOWS.name),
            description="The students of an origin in all hosts of a year and release come to no more than the origin's total "
            f"for that year, give or take {_ROOM:.0f}%, since the total may be of a newer release; else a warning with names.",
        ),
        dg.AssetCheckSpec(
            CLAIMS_CHECKED,
            asset=table_key(CLAIM_CHECKS.name),
            description="Every claim has at least one verdict, if only that there is no evidence; how many have which. Else a "
            "warning that names those without.",
        ),
    ]


def checks(generation: Generation) -> Iterator[dg.AssetCheckResult]:
    """What the checks found in a generation."""
    changes = _read(generation, RELEASE_CHANGES.name)
    yield from (within_bounds(source, changes) for source in sources().values())
    yield flows_within_total(_read(generation, STUDENT_FLOWS.name))
    yield claims_checked(_read(generation, CLAIMS.name), _read(generation, CLAIM_CHECKS.name))


def _read(generation: Generation, table: str) -> pl.DataFrame:
    return pl.read_parquet(sorted(generation.parquet(table).iterdir()), glob=False)


def _bounds_spec(source: Source) -> dg.AssetCheckSpec:
    bounds = source.bounds
    return dg.AssetCheckSpec(
        bounds_check_name(source.id),
        asset=table_key(RELEASE_CHANGES.name),
        description=f"Of {source.publisher}, the newest release of each dataset against the one before it: up to "
        f"{bounds.gained:.0%} of its rows gained, {bounds.lost:.0%} lost, {bounds.revised:.0%} revised; beyond that, a warning.",
    )


def within_bounds(source: Source, changes: pl.DataFrame) -> dg.AssetCheckResult:
    """Whether the publisher's newest releases part from those before them by no more than its bounds (`release_changes`)."""
    newest = newest_changes(changes, source.id)
    past = departures(newest, source.bounds)
    kinds = ("gained", "lost", "revised")
    shares = [pl.format("{}%", (100 * pl.col(f"share_{kind}")).round(1)).alias(kind) for kind in kinds]
    shown = newest.select("dataset", "from_release", "to_release", "rows_compared", *shares)
    told = f"{newest.height} {'pair' if newest.height == 1 else 'pairs'} of releases compared, all within bounds"
    numbers = {f"largest_share_{kind}": newest[f"share_{kind}"].max() for kind in kinds}
    return dg.AssetCheckResult(
        asset_key=table_key(RELEASE_CHANGES.name),
        check_name=bounds_check_name(source.id),
        passed=not past,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(past) or (told if newest.height else "no dataset has a second release to compare"),
        metadata={
            "pairs_compared": newest.height,
            "rows_compared": int(newest["rows_compared"].sum()),
            **{name: number for name, number in numbers.items() if isinstance(number, float)},
            "changes": dg.MetadataValue.md(markdown_table(shown)),
        }
        if newest.height
        else {},
    )


def flows_within_total(flows: pl.DataFrame) -> dg.AssetCheckResult:
    """Whether what the hosts report of an origin fits into the origin's own total (`student_flows`)."""
    of = ["origin", "year", "source", "release"]
    in_countries = flows.filter(pl.col("destination").str.contains("^[A-Z]{3}$") & (pl.col("destination") != WORLD))
    sums = in_countries.drop_nulls("share_of_origin").group_by(of).agg(pl.len().alias("hosts"), pl.col("share_of_origin").sum())
    past = sums.filter(pl.col("share_of_origin") > 100 + _ROOM).sort(-pl.col("share_of_origin"), *of)
    largest = sums["share_of_origin"].max()
    named = "; ".join(f"{row[0]} {row[1]}, {row[2]} {row[3]}: {row[5]:,.1f}%" for row in past.head(_SHOWN).iter_rows())
    return dg.AssetCheckResult(
        asset_key=table_key(STUDENT_FLOWS.name),
        check_name=WITHIN_TOTAL,
        passed=past.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=f"the flows exceed the origin's total: {named}" if named else f"{sums.height:,} totals compared, all hold",
        metadata={
            "totals_compared": sums.height,
            "totals_exceeded": past.height,
            **({"largest_share_of_origin": largest} if isinstance(largest, float) else {}),
            **({"exceeded": dg.MetadataValue.md(markdown_table(past.head(_SHOWN)))} if past.height else {}),
        },
    )


def claims_checked(claims: pl.DataFrame, verdicts: pl.DataFrame) -> dg.AssetCheckResult:
    """Whether every claim got a verdict, and how many have which; one of which sources say different things counts for each."""
    without = sorted(set(claims["claim_id"]) - set(verdicts["claim_id"]))
    settled = verdicts.filter(pl.col("verdict") != "no_evidence")
    counts = dict(settled.group_by("verdict").agg(pl.col("claim_id").n_unique()).iter_rows())
    counts["no_evidence"] = verdicts["claim_id"].n_unique() - settled["claim_id"].n_unique()
    told = f"{claims.height} claims checked, {settled['claim_id'].n_unique()} of them with evidence"
    return dg.AssetCheckResult(
        asset_key=table_key(CLAIM_CHECKS.name),
        check_name=CLAIMS_CHECKED,
        passed=not without,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"without a verdict: {', '.join(without)}" if without else told,
        metadata={"claims": claims.height, **{verdict: counts.get(verdict, 0) for verdict in VERDICT}},
    )
