"""Where a table's figures come from: the releases in it, with licence and address.

Belongs here: that table of every asset. Does not belong here: what a release is (`ingest/inventory`).
"""

import re
from pathlib import Path

import polars as pl

from edumig_pipeline.defs.markdown import markdown_table
from edumig_pipeline.defs.previews import SHOWN_AT_ONCE
from edumig_pipeline.publish.derivation import PART_TABLES, mart_sql

# Columns that name a release together.
_PAIRS = (
    ("source", "release"),
    ("source", "from_release"),
    ("source", "to_release"),
    ("source_a", "release_a"),
    ("source_b", "release_b"),
    ("evidence_source", "evidence_release"),
)
_RELEASE = ["source", "release"]


def provenance(name: str, files: list[Path], releases: pl.DataFrame) -> str | None:
    """Markdown of the releases whose figures are in the table of that name; None where it names none.

    A landed table has a file for each release, of which one row is enough; of the others all rows are looked at.
    """
    columns = pl.read_parquet_schema(files[0]) if files else {}
    pairs = [pair for pair in _PAIRS if set(pair) <= set(columns)]
    if not pairs:
        only = re.findall(r"\bsource = '(\w+)'", mart_sql().get(name, ""))  # marts of one publisher do not repeat its name
        return release_table(releases.filter(pl.col("source").is_in(only)).sort(_RELEASE)) if only else None
    scans = [pl.scan_parquet(file, glob=False) for file in files]
    if name in PART_TABLES:
        scans = [scan.head(1) for scan in scans]
    found = pl.concat(scan.select(source=one, release=other) for scan in scans for one, other in pairs)
    named = found.unique().join(releases.lazy(), on=_RELEASE).sort(_RELEASE).collect()
    return None if named.is_empty() else release_table(named)


def release_table(releases: pl.DataFrame) -> str:
    """Releases with their licence and, where there is room for it, their address, which the page makes a link of if it is one."""
    text = markdown_table(releases.select(*_RELEASE, "licence", pl.col("url").alias("from")))
    return text if len(text) < SHOWN_AT_ONCE else markdown_table(releases.select(*_RELEASE, "licence"))
