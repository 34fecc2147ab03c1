"""Full-size releases: the same rows as the slow obvious way gives, whatever was done for speed.

Here: what only shows with many rows, and the cap on listed bad rows. Not here: how long anything takes (`benchmarks/`).
"""

import zipfile
from pathlib import Path

import duckdb
import polars as pl
import pytest

from benchmarks.generator import BAD, Wanted, write_zip
from benchmarks.obvious import Observation, Outcome, outcome
from edumig_pipeline.ingest import quarantine
from edumig_pipeline.publish.summary import Summary
from edumig_pipeline.refresh import refresh
from edumig_pipeline.warehouse import Warehouse

ROWS = 1_000_000
RAW_FILE = "unesco_uis/2026-02/SDG.zip#SDG_DATA_NATIONAL.csv"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome, dict[int, str]]:
    """A warehouse of a million rows, what must be in it, and what the generator says of its bad rows."""
    folder = tmp_path_factory.mktemp("full")
    archive = folder / "raw" / "unesco_uis" / "2026-02" / "SDG.zip"
    spoilt = write_zip(archive, Wanted(ROWS, bad_every=10_000))
    refresh(folder / "raw", folder / "warehouse")
    with zipfile.ZipFile(archive) as packed:
        table = Path(packed.extract("SDG_DATA_NATIONAL.csv", folder))
    return folder / "warehouse", outcome(table), dict(spoilt.iter_rows())


def published(warehouse: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(warehouse / "parquet" / table / "*.parquet")


def test_a_million_rows_are_what_the_slow_obvious_way_makes_of_them(release: tuple[Path, Outcome, dict[int, str]]) -> None:
    warehouse, expected, _ = release
    found = published(warehouse, "observations")
    columns = list(Observation._fields)
    rows = pl.DataFrame(expected.published, schema={name: found.schema[name] for name in columns}, orient="row")
    assert found.select(columns).sort("raw_row").equals(rows.sort("raw_row"), null_equal=True)
    year = pl.col("time_period").cast(pl.Int32)
    days = found.select(
        (pl.col("period_start") == pl.date(year, 1, 1)).all(), (pl.col("period_end") == pl.date(year, 12, 31)).all()
    )
    assert days.row(0) == (True, True)
    shared = found.select("source", "dataset", "release", "raw_file", "raw_column").unique()
    assert shared.rows() == [("unesco_uis", "sdg", "2026-02", RAW_FILE, None)]


def test_they_are_stored_in_order_in_parquet_and_in_the_file(release: tuple[Path, Outcome, dict[int, str]]) -> None:
    warehouse, _, _ = release
    key = ["indicator", "ref_area", "counterpart_area", "sex", "breakdown", "time_period"]
    found = published(warehouse, "observations")
    assert found.equals(found.sort(key))
    with duckdb.connect(str(Warehouse(warehouse).database), read_only=True) as db:
        stored = pl.DataFrame(pl.from_arrow(db.sql("FROM observations").to_arrow_table()))
    assert stored.equals(found)


def test_every_bad_row_among_them_is_quarantined_with_its_rule(release: tuple[Path, Outcome, dict[int, str]]) -> None:
    warehouse, expected, spoilt = release
    bad = dict(published(warehouse, "quarantine").select("raw_row", "rule").iter_rows())
    assert bad == expected.bad
    # Of a row the generator spoilt by contradicting another one, that other one is bad as well, and nothing else is.
    assert bad == spoilt
    assert set(bad.values()) == {rule for _, rule in BAD}


def test_the_ledger_says_where_each_of_them_went(release: tuple[Path, Outcome, dict[int, str]]) -> None:
    warehouse, expected, _ = release
    ((read, landed, refused, excluded),) = (
        published(warehouse, "row_ledger").select("rows_read", "rows_published", "rows_quarantined", "rows_excluded").rows()
    )
    assert (read, landed, refused) == (ROWS, len(expected.published), len(expected.bad))
    assert excluded == expected.repeated > 0


@pytest.fixture
def mostly_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Summary, dict[str, int]]:
    """A warehouse of a release in which every row is bad, 50 of a rule being listed, and how many rows break which rule."""
    monkeypatch.setattr(quarantine, "MOST_LISTED", 50)
    good = Wanted(100, repeat_every=0)
    write_zip(tmp_path / "raw" / "unesco_uis" / "2025-09" / "OPRI.zip", good, "OPRI")
    spoilt = write_zip(tmp_path / "raw" / "unesco_uis" / "2026-02" / "SDG.zip", Wanted(5000, bad_every=1))
    summary = refresh(tmp_path / "raw", tmp_path / "warehouse")
    return tmp_path / "warehouse", summary, dict(spoilt.group_by("rule").len().iter_rows())


def test_bad_rows_beyond_the_cap_are_counted_exactly(mostly_bad: tuple[Path, Summary, dict[str, int]]) -> None:
    warehouse, summary, spoilt = mostly_bad
    refused = published(warehouse, "quarantine")
    listed = refused.filter(pl.col("raw_row").is_not_null())
    assert dict(listed.group_by("rule").len().iter_rows()) == dict.fromkeys(spoilt, 50)
    closing = refused.filter(pl.col("raw_row").is_null())
    counted = closing.select("rule", pl.col("raw_row_json").str.json_path_match("$.rows").cast(pl.Int64))
    assert dict(counted.iter_rows()) == {rule: rows - 50 for rule, rows in spoilt.items()}
    assert summary.quarantined == {(RAW_FILE, rule): rows for rule, rows in spoilt.items()}
    assert summary.refusals == ()


def test_the_rows_listed_are_the_first_of_their_rule(mostly_bad: tuple[Path, Summary, dict[str, int]]) -> None:
    warehouse, _, _ = mostly_bad
    listed = published(warehouse, "quarantine").filter(pl.col("raw_row").is_not_null())
    by_rule = dict(listed.group_by("rule").agg(pl.col("raw_row").sort()).iter_rows())
    places = [place for place, (_, rule) in enumerate(BAD) if rule == "known_area"]
    assert by_rule["known_area"] == [row for row in range(1, 5001) if row % len(BAD) in places][:50]


def test_the_ledger_balances_when_most_bad_rows_are_not_listed(mostly_bad: tuple[Path, Summary, dict[str, int]]) -> None:
    warehouse, _, spoilt = mostly_bad
    ledger = published(warehouse, "row_ledger").filter(raw_file=RAW_FILE)
    assert ledger.select("rows_read", "rows_published", "rows_quarantined").rows() == [(5000, 0, sum(spoilt.values()))]
