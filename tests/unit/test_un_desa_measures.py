"""The measures beside migrants in UN DESA's workbooks: population, shares, rates of change, refugees.

Here: workbooks made for the purpose, laid out as the publisher's. Not here: stocks, marks and drift (`test_un_desa`).
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from tests.unit.un_desa_books import (
    EDITIONS,
    KAZAKHSTAN,
    OF_2019,
    OF_2020,
    Cell,
    Edition,
    Grid,
    Row,
    land,
    sheet,
)

# The other measures of a workbook by destination


def of_measure(  # noqa: PLR0917 - in the order in which they stand in the sheet
    edition: Edition, measure: str, blocks: Sequence[str], headings: Sequence[Cell], row: Row, unit: str = ""
) -> Grid:
    """A sheet of one measure, its blocks captioned as given, all with the same headings."""
    by_sex = " by sex and" if len(blocks) == 3 else ""
    by = edition.title.format(2, measure).replace(" by sex and", by_sex) + unit
    wide = edition._replace(years=tuple(range(len(headings))))
    return sheet(wide, [row], title=by, blocks=blocks, years=[*headings] * len(blocks))


POPULATION_2019 = (
    "Total population of both sexes at mid-year (thousands)g",
    "Total male population at mid-year (thousands)",
    "Total female population at mid-year (thousands)",
)
POPULATION_2020 = (
    "Total population at mid-year, both sexes combined (thousands)",
    "Total population at mid-year, males (thousands)",
    "Total population at mid-year, females (thousands)",
)
POPULATION_ROW: Row = (1, "Kazakhstan", None, 398, "I", 16383.887, "..", 8000.5, "..", 8383.387, "..")


@pytest.mark.parametrize(("edition", "blocks"), [(OF_2019, POPULATION_2019), (OF_2020, POPULATION_2020)], ids=["2019", "2020"])
def test_population_published_in_thousands_is_in_persons(tmp_path: Path, edition: Edition, blocks: tuple[str, ...]) -> None:
    grid = of_measure(edition, "Total population at mid-year", blocks, [1990, 2015], POPULATION_ROW, " (thousands)")
    landed = land(tmp_path, {"Table 2": grid})
    assert landed.refusals() == {}
    assert landed.values("indicator", "sex", "time_period", "obs_value", "obs_status", "unit_measure") == [
        ("population", "_T", "1990", 16383887.0, "A", "PS"),
        ("population", "_T", "2015", None, "O", "PS"),
        ("population", "M", "1990", 8000500.0, "A", "PS"),
        ("population", "M", "2015", None, "O", "PS"),
        ("population", "F", "1990", 8383387.0, "A", "PS"),
        ("population", "F", "2015", None, "O", "PS"),
    ]
    assert landed.footnotes.is_empty(), "the type of data is about migrants, not about the population"


def test_a_population_whose_title_states_no_multiplier_is_refused(tmp_path: Path) -> None:
    without = tuple(block.replace(" (thousands)", "") for block in POPULATION_2020)
    grid = of_measure(OF_2020, "Total population at mid-year", without, [1990, 2015], POPULATION_ROW)
    (reason,) = land(tmp_path, {"Table 2": grid}).refusals().values()
    assert "should state '(thousands)'" in reason
    assert "Total population at mid-year by sex" in reason


def test_a_stock_whose_title_states_a_multiplier_is_refused(tmp_path: Path) -> None:
    title = OF_2020.title.format(1, OF_2020.stock) + " (thousands)"
    (reason,) = land(tmp_path, {"Table 1": sheet(OF_2020, [KAZAKHSTAN], title=title)}).refusals().values()
    assert "should state no unit" in reason


def test_a_caption_that_states_another_unit_than_the_title_is_refused(tmp_path: Path) -> None:
    blocks = [block.format(OF_2020.stock) + " (thousands)" for block in OF_2020.blocks]
    (reason,) = land(tmp_path, {"Table 1": sheet(OF_2020, [KAZAKHSTAN], blocks=blocks)}).refusals().values()
    assert "states '(thousands)'" in reason


@EDITIONS
def test_the_share_of_women_is_a_figure_of_both_sexes(tmp_path: Path, edition: Edition) -> None:
    measure = "Female migrants as a percentage of the international migrant stock"
    row = (1, "Kazakhstan", None, 398, "B", 53.9, 50.4)
    landed = land(tmp_path, {"Table 4": of_measure(edition, measure, [measure], [1990, 2015], row)})
    assert landed.values("indicator", "sex", "obs_value", "unit_measure") == [
        ("migrant_stock_female_share", "_T", 53.9, "PT"),
        ("migrant_stock_female_share", "_T", 50.4, "PT"),
    ]


@EDITIONS
def test_rates_of_change_are_signed_and_over_an_interval(tmp_path: Path, edition: Edition) -> None:
    measure = "Annual rate of change of the migrant stock"
    blocks = [block.format(measure) for block in edition.blocks]
    row = (1, "Kazakhstan", None, 398, "B", -2.1, 1.5, -1, 2, -3, "..")
    grid = of_measure(edition, measure, blocks, ["1990-1995", "1995-2000"], row, " (percentage)")
    landed = land(tmp_path, {"Table 5": grid})
    assert landed.quarantine.is_empty()
    assert landed.values("indicator", "sex", "time_period", "obs_value")[:2] == [
        ("migrant_stock_change_rate", "_T", "1990/1995", -2.1),
        ("migrant_stock_change_rate", "_T", "1995/2000", 1.5),
    ]
    assert landed.observations.select(pl.col("period_start").min().cast(pl.String)).item() == "1990-01-01"


REFUGEES = "Estimated refugee stock (including asylum seekers) at mid-year"
REFUGEES_2019 = (
    f"{REFUGEES} (both sexes)",
    "Refugees and asylum seekers as a percentage of the international migrant stock",
    "Annual rate of change of the refugee stock (including asylum seekers)",
)
REFUGEES_2020 = (
    "Refugee and asylum seekers at mid-year, both sexes combined",
    "Refugee and asylum seekers as a percentage of the international migrant stock",
    "Annual rate of change of the refugee and asylum seekers, both sexes combined",
)


def refugees(edition: Edition, blocks: Sequence[str], headings: Sequence[Cell]) -> Grid:
    row = (1, "Kazakhstan", None, 398, "B", "~", 807, 0.4, 0.2, -7.5)
    title = edition.title.format(6, REFUGEES).replace(" by sex and", "")
    return sheet(edition, [row], title=title, blocks=blocks, years=headings)


@pytest.mark.parametrize(("edition", "blocks"), [(OF_2019, REFUGEES_2019), (OF_2020, REFUGEES_2020)], ids=["2019", "2020"])
def test_each_block_of_the_table_of_refugees_is_a_measure_of_its_own(
    tmp_path: Path, edition: Edition, blocks: tuple[str, ...]
) -> None:
    landed = land(tmp_path, {"Table 6": refugees(edition, blocks, [2015, 2020, 2015, 2020, "2015-2020"])})
    assert landed.refusals() == {}
    assert landed.values("indicator", "sex", "time_period", "obs_value", "obs_status") == [
        ("refugee_stock", "_T", "2015", None, "Q"),
        ("refugee_stock", "_T", "2020", 807.0, "A"),
        ("refugee_share_of_migrant_stock", "_T", "2015", 0.4, "A"),
        ("refugee_share_of_migrant_stock", "_T", "2020", 0.2, "A"),
        ("refugee_stock_change_rate", "_T", "2015/2020", -7.5, "A"),
    ]


@pytest.mark.parametrize("headings", [[2015, 2020, 2015, "2015-2020", "2015-2020"], ["2010-2015", 2020, 2015, 2020, "2015-2020"]])
def test_a_year_where_an_interval_belongs_is_refused_and_the_reverse(tmp_path: Path, headings: list[Cell]) -> None:
    (reason,) = land(tmp_path, {"Table 6": refugees(OF_2020, REFUGEES_2020, headings)}).refusals().values()
    assert "each heading should be a year, found '20" in reason
