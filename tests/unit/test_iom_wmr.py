"""Key figures of the World Migration Report: what a transcribed figure becomes, and which are none."""

from pathlib import Path

import pytest

from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.sources.candidates import mapping
from tests.unit.iom_files import Landed, landed, refusal, write

HEADER = ("key", "label", "period", "figure")


def figures(folder: Path, *rows: tuple[str, str, str]) -> Landed:
    """Key, period and figure of each row."""
    return landed(write(folder / "key_figures.csv", HEADER, [(key, f"label of {key}", *rest) for key, *rest in rows]))


def test_a_figure_stands_for_the_world_in_the_base_unit(tmp_path: Path) -> None:
    found = figures(
        tmp_path,
        ("international_migrants", "2020", "281 million"),
        ("international_migrants_share", "2020", "3.6%"),
        ("remittances", "2022", "USD 831 billion"),
        ("remittances_low_middle_income", "2022", "US$ 647 billion"),
        ("refugees", "2022", "35.4 million"),
        ("refugees", "1970", "84,460,125"),
    )
    assert (found.layout, found.dataset) == ("iom_wmr_key_figures", "world_migration_report")
    assert found.rows("indicator", "breakdown", "time_period", "obs_value", "unit_measure", "source_indicator") == [
        ("migrant_stock", "_T", "2020", 281e6, "PS", "international_migrants"),
        ("migrant_stock_share", "_T", "2020", 3.6, "PT", "international_migrants_share"),
        ("international_remittances", "_T", "2022", 831e9, "USD", "remittances"),
        ("international_remittances", "receivers=low_and_middle_income", "2022", 647e9, "USD", "remittances_low_middle_income"),
        ("refugees", "_T", "2022", 35_400_000, "PS", "refugees"),
        ("refugees", "_T", "1970", 84_460_125, "PS", "refugees"),
    ]
    assert set(found.rows("ref_area", "obs_status", "sex")) == {("WLD", "A", "_T")}
    assert found.remarks["footnote"][0] == "label of international_migrants"


def test_a_figure_no_mapping_knows_keeps_its_key(tmp_path: Path) -> None:
    found = figures(tmp_path, ("stateless_people", "2018", "3.9 million"))
    assert found.rows("indicator", "obs_value", "unit_measure") == [("iom:stateless_people", 3_900_000, "_X")]


@pytest.mark.parametrize("dash", ["–", "-", ""])
def test_a_dash_is_a_missing_value(tmp_path: Path, dash: str) -> None:
    assert figures(tmp_path, ("migrant_workers", "2000", dash)).rows("obs_value", "obs_status") == [(None, "O")]


@pytest.mark.parametrize("figure", ["Oceania", "about 164 million", "164 millions", "1,02", "164", "3.6", "-5%", "281 million %"])
def test_a_figure_that_is_none_goes_to_quarantine(tmp_path: Path, figure: str) -> None:
    found = figures(tmp_path, ("international_migrants_share", "2020", figure))
    assert found.broken == [(1, "value_is_number")]


def test_a_share_where_people_are_counted_goes_to_quarantine(tmp_path: Path) -> None:
    assert figures(tmp_path, ("refugees", "2020", "3%")).broken == [(1, "value_is_number")]


@pytest.mark.parametrize("period", ["", "2024 report", "mid-2020"])
def test_the_year_of_a_figure_is_not_guessed(tmp_path: Path, period: str) -> None:
    assert figures(tmp_path, ("refugees", period, "3 million")).broken == [(1, "known_period")]


def test_a_figure_that_says_nothing_of_what_it_is_goes_to_quarantine(tmp_path: Path) -> None:
    assert figures(tmp_path, ("", "2020", "3 million")).broken == [(1, "indicator_given")]


def test_a_renamed_column_is_named(tmp_path: Path) -> None:
    said = refusal(write(tmp_path / "key_figures.csv", ("key", "indicator", "period", "figure"), []))
    assert "lacks label and has unexpected indicator" in said


def test_every_mapped_figure_is_a_harmonised_indicator_in_its_unit() -> None:
    mapped = mapping("iom_wmr_key_figures")
    assert mapped["key"].is_unique().all()
    joined = mapped.join(harmonised(), on="indicator", how="left")
    assert (joined["unit_measure"] == joined["unit_measure_right"]).all()
