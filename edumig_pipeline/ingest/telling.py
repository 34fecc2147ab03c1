"""What the log says of a release that landed: its counts, the files that were refused, the rows that broke a rule.

Belongs here: turning the accounts of a landing into log lines. Does not belong here: the accounts (`landing`), or how a line is
written (`log`).
"""

from pathlib import Path

import polars as pl

from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.ingest.quarantine import rows_accounted_for
from edumig_pipeline.log import WARNING, tell

_COUNTS = ("rows_read", "rows_published", "rows_quarantined", "rows_excluded")


def tell_landed(release: FoundRelease, part: Path) -> None:
    """Tell what became of the rows and files of a release, from the part that it became."""
    ledger = pl.read_parquet(part / "row_ledger.parquet", glob=False)
    counts = {name: int(ledger[name].sum()) for name in _COUNTS}
    tell("release_landed", source=release.source, release=release.release, files=len(release.files), **counts)
    tell_refused(pl.read_parquet(part / "quarantine.parquet", glob=False), source=release.source, release=release.release)


def tell_refused(quarantine: pl.DataFrame, **of: str) -> None:
    """Tell what is in these rows of `quarantine`: a line for each refused file, one for each file and rule that rows broke."""
    counted = quarantine.with_columns(rows_accounted_for().alias("rows"))
    for file, rule, reason in counted.filter(rows=0).sort("raw_file", "rule").select("raw_file", "rule", "reason").iter_rows():
        tell("file_refused", WARNING, **of, file=file, rule=rule, reason=reason)
    bad = counted.filter(pl.col("rows") > 0).sort("raw_file", "raw_row", nulls_last=True)
    broken = bad.group_by("raw_file", "rule", maintain_order=True).agg(pl.col("rows").sum(), pl.col("reason").first())
    for file, rule, rows, reason in broken.sort("raw_file", "rule").iter_rows():
        tell("rows_quarantined", WARNING, **of, file=file, rule=rule, rows=rows, reason=reason)
