"""A look into each table, small enough for the page: Kazakhstan's rows where there are any, drawn where that says more.

Belongs here: choosing few rows and columns of a published table. Does not belong here: writing Markdown (`markdown`), or
drawing (`pictures`).
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from edumig_pipeline.defs.markdown import bars, markdown_table
from edumig_pipeline.defs.pictures import column_chart
from edumig_pipeline.ingest.quarantine import rows_accounted_for
from edumig_pipeline.model.table import Table
from edumig_pipeline.wording.printable import in_markdown

SHOWN_AT_ONCE = 1000  # letters: the page hides longer Markdown behind a link
_ROWS, _COLUMNS, _CELL, _YEARS = 6, 5, 40, 12
_OF = "KAZ"
_AREA_COLUMNS = ("ref_area", "origin", "code", "area")


def preview(table: Table, files: list[Path]) -> dict[str, str]:
    """Markdown that shows what is in the table whose Parquet files these are, by the title it goes under."""
    rows = pl.scan_parquet(files, glob=False)
    shown = _OWN[table.name](rows) if table.name in _OWN else {}
    return shown or _first_rows(table, rows)


def _first_rows(table: Table, rows: pl.LazyFrame) -> dict[str, str]:
    """The first rows, of the country the project began with if it has some, as far as they fit."""
    area = next((name for name in _AREA_COLUMNS if name in table.names), None)
    found = rows.filter(pl.col(area) == _OF).head(_ROWS).collect() if area else pl.DataFrame()
    if found.is_empty():
        found = rows.head(_ROWS).collect()
    if found.is_empty():
        return {}
    telling = [name for name in found.columns if found[name].null_count() < found.height and not name.startswith("raw_")]
    differing = [name for name in telling if found[name].n_unique() > 1 or found.height == 1]
    names = (differing or telling)[:_COLUMNS]
    same = [in_markdown(f"{name} {found[name][0]}") for name in table.key if name not in names and found[name].n_unique() == 1]
    caption = f"All of these rows: {', '.join(same)}.\n\n" if same else ""
    for height in range(found.height, 1, -1):
        text = caption + markdown_table(found.select(names).head(height), _CELL)
        if len(text) < SHOWN_AT_ONCE:
            return {"preview": text}
    return {"preview": caption + markdown_table(found.select(names).head(1), _CELL)}


def _observed(rows: pl.LazyFrame) -> dict[str, str]:
    """Kazakhstan's newest figures, in either role."""
    own = rows.filter((pl.col("ref_area") == _OF) | (pl.col("counterpart_area") == _OF), sex="_T")
    order = ["time_period", "indicator", "ref_area", "counterpart_area"]
    newest = own.drop_nulls(["obs_value", "time_period"]).sort(order, descending=[True, False, False, False]).head(_ROWS)
    return _table(newest.select(*order[1:], "time_period", "obs_value", "obs_status").collect())


def _mobility(rows: pl.LazyFrame) -> dict[str, str]:
    """Kazakhstan's students abroad and students from abroad, year by year; years without a figure are there, empty."""
    own = rows.filter(pl.col("ref_area") == _OF).sort("year").collect()
    if own.is_empty():
        return {}
    estimated = [status == "E" for status in own["outbound_students_status"]]
    years = [str(year) for year in own["year"]]
    chart = column_chart(years, own["outbound_students"].to_list(), estimated, f"Students from {_OF} abroad, by year")
    shown = own.select(
        "year",
        pl.col("outbound_students").alias("abroad"),
        pl.col("outbound_students_status").alias("status"),
        pl.col("inbound_students").alias("from abroad"),
        pl.col("inbound_students_status").alias("status "),
    )
    caption = f"Students from {_OF} abroad. Light: estimated (status E). A gap: no figure, which is not zero."
    return {"chart": f"{chart}\n\n{caption}"} | _table(shown.tail(_YEARS))


def _flows(rows: pl.LazyFrame) -> dict[str, str]:
    """Kazakhstan's students by host, in the year and release that account for most of them: hosts do not all report."""
    own = rows.filter((pl.col("origin") == _OF) & pl.col("students").is_not_null()).collect()
    if own.is_empty():
        return {}
    sums = own.group_by("year", "source", "release").agg(pl.col("students").sum()).sort("students", "year", "release")
    year, source, release, _ = sums.row(-1)
    chosen = own.filter((pl.col("year") == year) & (pl.col("source") == source) & (pl.col("release") == release))
    top = chosen.sort("students", "destination", descending=[True, False]).head(10)
    shown = top.select("destination", "students", pl.Series("", bars(top["students"].to_list())), "obs_status")
    caption = f"{_OF} in {year}, {source} {release}: the {top.height} largest of {chosen.height} hosts that report."
    return {"preview": f"{caption}\n\n{markdown_table(shown)}"}


def _academic_mobility(rows: pl.LazyFrame) -> dict[str, str]:
    """Students sent at the state's expense, all regions, by year."""
    own = rows.filter((pl.col("region") == "_T") & (pl.col("funding") == "state")).sort("time_period").collect()
    if own.is_empty():
        return {}
    periods = own["time_period"].to_list()
    halves = ["-S" in period for period in periods]
    chart = column_chart(periods, own["students"].to_list(), halves, "Students sent at the state's expense, by year")
    caption = "Paid by the state, all regions together. Light: half a year."
    return {"chart": f"{chart}\n\n{caption}"} | _table(own.select("time_period", "students", "change_on_previous"))


def _table(found: pl.DataFrame) -> dict[str, str]:
    return {} if found.is_empty() else {"preview": markdown_table(found, _CELL)}


def _counted(*by: str) -> Callable[[pl.LazyFrame], dict[str, str]]:
    """How many rows there are of each kind, the most frequent first."""

    def count(rows: pl.LazyFrame) -> dict[str, str]:
        kinds = rows.group_by(by).len("rows").sort("rows", *by, descending=[True, *[False] * len(by)]).head(12).collect()
        if kinds.is_empty():
            return {}
        return _table(kinds.with_columns(pl.Series("", bars(kinds["rows"].to_list()))))

    return count


def _identities(rows: pl.LazyFrame) -> dict[str, str]:
    """How often each source's own accounts add up."""
    holds = pl.col("holds")
    counted = rows.group_by("source", "release").agg(
        holds.sum().alias("add up"), (~holds).sum().alias("do not"), holds.null_count().alias("a part is missing")
    )
    found = counted.sort("source", "release").collect()
    return _table(found)


def _ledger(rows: pl.LazyFrame) -> dict[str, str]:
    """What became of the rows of each source."""
    counts = ["rows_read", "rows_published", "rows_quarantined", "rows_excluded"]
    source = pl.col("raw_file").str.split("/").list.first().alias("source")
    found = rows.group_by(source).agg(pl.col(counts).sum()).sort("source").collect()
    return _table(found)


def _runs(rows: pl.LazyFrame) -> dict[str, str]:
    """The newest runs: when, how they ended, how long they took, and with how much."""
    newest = rows.sort("started", descending=True).head(_ROWS)
    began = pl.col("started").dt.to_string("%Y-%m-%d %H:%M")
    return _table(newest.select(began, "outcome", "duration_seconds", "rows_published", "message").collect())


def _quarantined(rows: pl.LazyFrame) -> dict[str, str]:
    """Bad rows by the rule they broke; files, members and sheets that were refused count as no row."""
    counted = rows.group_by("rule").agg(
        rows_accounted_for().sum().alias("rows"), (rows_accounted_for() == 0).sum().alias("files")
    )
    found = counted.sort("rows", "rule", descending=[True, False]).collect()
    return _table(found)


_OWN: Mapping[str, Callable[[pl.LazyFrame], dict[str, str]]] = {
    "observations": _observed,
    "student_mobility": _mobility,
    "student_flows": _flows,
    "kz_academic_mobility": _academic_mobility,
    "claim_checks": _counted("verdict"),
    "revisions": _counted("source", "from_release", "to_release", "change"),
    "reconciliation": _counted("source_a", "release_a", "source_b", "release_b"),
    "quarantine": _quarantined,
    "identity_checks": _identities,
    "row_ledger": _ledger,
    "runs": _runs,
}
