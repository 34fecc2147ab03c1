"""Observations waiting in memory: their order, which of them share a key, and what is written.

Here: the rows themselves. Not here: what repeats and contradictions come to (tests/pipeline).
"""

from pathlib import Path

import polars as pl
import pytest

from edumig_pipeline.ingest import observation_rows
from edumig_pipeline.ingest.observation_rows import ObservationRows
from edumig_pipeline.model.observations import OBSERVATIONS
from edumig_pipeline.model.schemas import carried_schema, polars_schema

SAID = {
    "source": "unesco_uis",
    "dataset": "sdg",
    "release": "2026-02",
    "counterpart_area": "_T",
    "sex": "_T",
    "breakdown": "_T",
    "obs_status": "A",
    "source_status": "|",
    "unit_measure": "PS",
    "source_indicator": "26637",
    "source_area": "KAZ",
    "raw_column": None,
    "period_start": None,
    "period_end": None,
}


def rows(*places: tuple[str, str, str | None, int, str]) -> pl.DataFrame:
    """Rows of these indicators, areas, periods, record numbers and files."""
    names = ("indicator", "ref_area", "time_period", "raw_row", "raw_file")
    data = [{**SAID, "obs_value": 1.0, **dict(zip(names, place, strict=True))} for place in places]
    return pl.DataFrame(data, schema=polars_schema(OBSERVATIONS)).cast(carried_schema(OBSERVATIONS))


def written(kept: ObservationRows, folder: Path) -> pl.DataFrame:
    kept.write(folder / "observations.parquet")
    return pl.read_parquet(folder / "observations.parquet")


@pytest.mark.parametrize("word", [64, 4], ids=["in one word", "in several words"])
def test_rows_are_written_in_order_of_their_key_undated_ones_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: int
) -> None:
    monkeypatch.setattr(observation_rows, "_WORD", word)
    kept = ObservationRows()
    kept.add(rows(("b", "KAZ", None, 1, "x"), ("b", "KAZ", "2019", 2, "x"), ("a", "UZB", "2020", 3, "x")))
    kept.add(rows(("a", "KAZ", "2020", 1, "y"), ("a", "UZB", "2019", 2, "y")))
    found = written(kept, tmp_path).select("indicator", "ref_area", "time_period").rows()
    assert found == [
        ("a", "KAZ", "2020"),
        ("a", "UZB", "2019"),
        ("a", "UZB", "2020"),
        ("b", "KAZ", "2019"),
        ("b", "KAZ", None),
    ]


@pytest.mark.parametrize("word", [64, 4], ids=["in one word", "in several words"])
def test_rows_that_share_a_key_collide_whatever_lies_between_them(monkeypatch: pytest.MonkeyPatch, word: int) -> None:
    monkeypatch.setattr(observation_rows, "_WORD", word)
    kept = ObservationRows()
    kept.add(rows(("a", "KAZ", "2019", 1, "x"), ("b", "KAZ", "2019", 2, "x"), ("c", "KAZ", None, 3, "x")))
    kept.add(rows(("c", "KAZ", None, 1, "y"), ("d", "KAZ", "2019", 2, "y"), ("a", "KAZ", "2019", 3, "y")))
    found = kept.colliding().select("indicator", "raw_file", "raw_row").rows()
    assert sorted(found) == [("a", "x", 1), ("a", "y", 3), ("c", "x", 3), ("c", "y", 1)]


def test_rows_of_a_file_that_was_refused_collide_with_none(tmp_path: Path) -> None:
    kept = ObservationRows()
    kept.add(rows(("a", "KAZ", "2019", 1, "refused")))
    kept.forget("refused")
    kept.add(rows(("a", "KAZ", "2019", 1, "read")))
    assert kept.colliding().is_empty()
    assert written(kept, tmp_path)["raw_file"].to_list() == ["read"]
    assert kept.count() == {"read": 1}


def test_parquet_holds_the_declared_types_and_no_codes(tmp_path: Path) -> None:
    kept = ObservationRows()
    kept.add(rows(("a", "KAZ", "2019", 1, "x")))
    assert written(kept, tmp_path).schema == polars_schema(OBSERVATIONS)


def test_a_release_without_observations_is_an_empty_table(tmp_path: Path) -> None:
    kept = ObservationRows()
    assert kept.colliding().is_empty()
    found = written(kept, tmp_path)
    assert (found.height, found.schema) == (0, polars_schema(OBSERVATIONS))
