"""Whether a new release parts further from the one before it than its publisher's releases are expected to.

Belongs here: setting `release_changes` against the bounds that a source declares. Does not belong here: what a change is
(`marts/release_changes.sql`), or the bounds themselves (`sources/`).
"""

import polars as pl

from edumig_pipeline.sources.downloads import Bounds


def newest_changes(changes: pl.DataFrame, source: str) -> pl.DataFrame:
    """The rows of `release_changes` in which the newest release of each of the source's datasets is the newer one."""
    own = changes.filter(pl.col("source") == source).sort("dataset", "to_released", "to_release")
    newest = own.group_by("dataset", maintain_order=True).agg(pl.col("to_release").last())
    return own.join(newest, on=["dataset", "to_release"], how="semi").sort("dataset", "from_released", "from_release")


def departures(changes: pl.DataFrame, bounds: Bounds) -> list[str]:
    """A sentence for each share of these changes that lies past its bound, with both; none when all is as expected."""
    found = []
    for row in changes.iter_rows(named=True):
        lost = row["rows_retracted"] + row["rows_dropped"]
        counted = (
            ("gained", row["rows_added"], row["share_gained"], bounds.gained),
            ("lost", lost, row["share_lost"], bounds.lost),
            ("revised", row["rows_revised"], row["share_revised"], bounds.revised),
        )
        found += [
            f"{row['dataset']}: {row['to_release']} {change} {_percent(share)} of the rows of {row['from_release']} "
            f"({rows:,}), where up to {_percent(bound)} is expected"
            for change, rows, share, bound in counted
            if share is not None and share > bound
        ]
    return found


def _percent(share: float) -> str:
    return f"{share:.1%}".replace(".0%", "%")
