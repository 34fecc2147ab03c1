"""Numbers, periods and mapping rows mean what every publisher's module takes them to mean.

Here: `sources/candidates.py` and the tables in `sources/mappings/`. Not here: how one publisher uses them.
"""

from datetime import date

import polars as pl
import pytest

from edumig_pipeline.model import areas
from edumig_pipeline.model.codes import SEX, UNIT_MEASURE
from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.sources.candidates import mapping, number, period_bounds
from edumig_pipeline.sources.registry import area_prefixes

# Numbers

NUMBERS = {
    "0": 0.0,
    "12": 12.0,
    "-5": -5.0,
    "+5": 5.0,
    "12.5": 12.5,
    ".5": 0.5,
    "5.": 5.0,
    "1e5": 100_000.0,
    "1E-3": 0.001,
    "  7\t": 7.0,
    "\u00a07": 7.0,
    "0012": 12.0,
    "123456789012": 123_456_789_012.0,
    "2.8722514801390555": 2.8722514801390555,
}
NO_NUMBERS = ["", " ", "NaN", "nan", "inf", "-inf", "Infinity", "1e400", "-1e400", "１２", "٣", "12,5", "1,022", "1 000", "0x1F"]
NO_NUMBERS += ["1_0", "--1", "+-1", "1e", ".", "e5", "1.2.3", "12%", "NA", "null", "true", "½", "1e5.5", "-"]


def test_a_number_in_ascii_digits_is_read_to_the_last_digit() -> None:
    frame = pl.DataFrame({"text": list(NUMBERS)})
    assert frame.select(number(pl.col("text"))).to_series().to_list() == list(NUMBERS.values())


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_anything_else_is_no_number(text: str) -> None:
    assert pl.DataFrame({"text": [text]}).select(number(pl.col("text"))).to_series().to_list() == [None]


@pytest.mark.parametrize("text", ["-0", "-0.0", "-0e5", "0e-999", "-.0"])
def test_nought_has_no_sign(text: str) -> None:
    assert pl.DataFrame({"text": [text]}).select(number(pl.col("text"))).to_series().cast(pl.String).to_list() == ["0.0"]


@pytest.mark.parametrize("text", ["1e-400", "-1e-400", "0.0001E-999"])
def test_a_number_too_small_for_a_double_is_not_taken_for_nought(text: str) -> None:
    assert pl.DataFrame({"text": [text, "7"]}).select(number(pl.col("text"))).to_series().to_list() == [None, 7.0]


def test_a_missing_text_is_no_number() -> None:
    frame = pl.DataFrame({"text": [None, "1"]}, schema={"text": pl.String})
    assert frame.select(number(pl.col("text"))).to_series().to_list() == [None, 1.0]


# Periods

PERIODS = {
    "2019": (date(2019, 1, 1), date(2019, 12, 31)),
    "2020-S1": (date(2020, 1, 1), date(2020, 6, 30)),
    "2020-S2": (date(2020, 7, 1), date(2020, 12, 31)),
    "2019-11": (date(2019, 11, 1), date(2019, 11, 30)),
    "2020-02": (date(2020, 2, 1), date(2020, 2, 29)),
    "2020-12": (date(2020, 12, 1), date(2020, 12, 31)),
    "2020-01-05": (date(2020, 1, 5), date(2020, 1, 5)),
    "2020-02-29": (date(2020, 2, 29), date(2020, 2, 29)),
    "2011/2020": (date(2011, 1, 1), date(2020, 12, 31)),
    "2019/2019": (date(2019, 1, 1), date(2019, 12, 31)),
    # The days of a reversed interval are what it says; the rule known_period refuses it.
    "2020/2011": (date(2020, 1, 1), date(2011, 12, 31)),
}
NO_PERIODS = ["", "0000", "0000/0000", "2020-S3", "2020-S0", "2020-s1", "2019-02-29", "2020-02-30", "2020-13-01", "2020-00-10"]
NO_PERIODS += [
    "2020-1-5",
    "20200105",
    "2020-00",
    "2020-13",
    "0000-01",
    "0000-01-01",
    "2020-1",
    "202001",
    "2011-2020",
    "2011/20",
    "2011/2020/2021",
    " 2019",
    "2019 ",
    "2019\n",
    "19",
    "20191",
]
NO_PERIODS += ["2019.0", "soon", "2020-S1/2020-S2", "-2019"]


def bounds(text: str | None) -> list[tuple[str, date | None, date | None]]:
    return period_bounds(pl.Series("time_period", [text], dtype=pl.String)).rows()


@pytest.mark.parametrize("text", PERIODS)
def test_a_period_has_a_first_and_a_last_day(text: str) -> None:
    assert bounds(text) == [(text, *PERIODS[text])]


@pytest.mark.parametrize("text", NO_PERIODS)
def test_anything_else_has_neither(text: str) -> None:
    assert bounds(text) == [(text, None, None)]


@pytest.mark.parametrize(
    "text", ["２０１９", "٢٠١٩", "２０２０-S1", "2020-S１", "２０１１/２０２０", "2011/２０２０", "２０２０-01-05", "2019-１１"]
)
def test_digits_other_than_ascii_make_no_period_and_stop_nothing(text: str) -> None:
    assert bounds(text) == [(text, None, None)]


def test_each_distinct_period_comes_once_and_missing_ones_do_not() -> None:
    found = period_bounds(pl.Series("anything", ["2019", None, "2020-S1", "2019", "soon"], dtype=pl.String))
    assert found.columns == ["time_period", "period_start", "period_end"]
    assert sorted(found["time_period"]) == ["2019", "2020-S1", "soon"]
    assert bounds(None) == []


def test_one_odd_period_leaves_the_others_their_days() -> None:
    found = period_bounds(pl.Series([*PERIODS, *NO_PERIODS], dtype=pl.String))
    assert {text: (start, end) for text, start, end in found.rows()} == PERIODS | dict.fromkeys(NO_PERIODS, (None, None))


# Mapping rows


def declared_units() -> dict[str, str]:
    return dict(harmonised().select("indicator", "unit_measure").iter_rows())


INDICATOR_MAPPINGS = ["unesco_uis_indicators", "un_desa_indicators"]


@pytest.mark.parametrize("name", INDICATOR_MAPPINGS)
def test_mapping_rows_name_declared_indicators_with_the_same_unit(name: str) -> None:
    rows = mapping(name)
    units = declared_units()
    assert rows.height
    assert {row for row in rows.select("indicator", "unit_measure").iter_rows() if units.get(row[0]) != row[1]} == set()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("unesco_uis_indicators", ["source_indicator"]),
        ("un_desa_indicators", ["title", "caption"]),
        ("un_desa_groups", ["heading"]),
        ("kz_article_labels", ["kind", "label"]),
    ],
)
def test_published_codes_are_mapped_once(name: str, code: list[str]) -> None:
    codes = mapping(name).select(code)
    assert codes.null_count().sum_horizontal().to_list() == [0]
    assert codes.filter(codes.is_duplicated()).rows() == []


@pytest.mark.parametrize("name", INDICATOR_MAPPINGS)
def test_no_two_published_codes_mean_the_same_figure(name: str) -> None:
    meant = mapping(name).drop("source_indicator", "title", strict=False)
    assert meant.filter(meant.is_duplicated()).rows() == []


def test_uis_codes_are_broken_down_by_known_areas_and_sexes() -> None:
    rows = mapping("unesco_uis_indicators")
    origins = rows["counterpart_area"].drop_nulls()
    assert origins.filter(~areas.known(origins, area_prefixes())).to_list() == []
    assert set(rows["sex"].drop_nulls()) <= set(SEX)
    # Only flows are told apart by origin; a code of all origins leaves the cell empty.
    assert set(rows.filter(pl.col("counterpart_area").is_not_null())["indicator"]) == {"inbound_students"}
    assert "_T" not in set(origins)


def test_namibia_is_an_origin_and_no_missing_value() -> None:
    assert mapping("unesco_uis_indicators").filter(counterpart_area="NAM")["source_indicator"].to_list() == ["26456"]


def test_desa_terms_are_whole() -> None:
    rows = mapping("un_desa_indicators")
    assert set(rows["unit_measure"]) <= set(UNIT_MEASURE)
    assert set(rows["states"].drop_nulls()) == {"thousands", "percentage"}
    assert set(rows["sex"].drop_nulls()) <= set(SEX)
    assert set(rows["period"]) == {"year", "interval"}
    kinds = dict(harmonised().select("indicator", "kind").iter_rows())
    assert {kinds[indicator] == "change" for indicator in rows.filter(period="interval")["indicator"]} == {True}


def test_labels_of_the_article_are_known_areas_and_periods() -> None:
    rows = mapping("kz_article_labels")
    assert set(rows["kind"]) == {"area", "period"}
    codes = rows.filter(kind="area")["code"]
    assert codes.filter(~areas.known(codes, area_prefixes())).to_list() == []
    periods = period_bounds(rows.filter(kind="period")["code"])
    assert periods.null_count().sum_horizontal().to_list() == [0]


def test_empty_cells_of_a_mapping_are_missing_and_all_others_text() -> None:
    rows = mapping("unesco_uis_indicators")
    assert set(rows.dtypes) == {pl.String()}
    assert rows.filter(source_indicator="26637").rows() == [("26637", "inbound_students", None, None, None, "PS")]
