"""UIS's tables read as UIS means them: flags, areas, origins, columns in any order.

Here: what a record of the Data Browser and the bulk files becomes, up to quarantine. Not here: CSV itself, the rules as
such, or UIS's other services (`test_unesco_uis_api`, `test_unesco_uis_stat`).
"""

import itertools
import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.unesco_uis.source import SOURCE
from tests.unit.unesco_uis_files import BDDS, BROWSER, FOOTNOTES, LABEL, browser, by_row, landed

# Flags

# UIS's README: what VALUE holds with each magnitude and qualifier; then the status the contract gives it.
VALUE_WITH = {"": "7", "NIL": "0", "NA": "0", "SUPP": "", "LOWREL": "7", "INCLUDED": "", "INCLUDES": "7"}
STATUS_OF = {
    "INCLUDED": "K",
    "NA": "M",
    "SUPP": "Q",
    "NIL": "N",
    "INCLUDES": "W",
    "LOWREL": "U",
    "UIS_EST": "E",
    "NAT_EST": "E",
}
PRECEDENCE = ["K", "M", "Q", "N", "W", "U", "E"]
QUALIFIERS = ["", "UIS_EST", "NAT_EST"]
PAIRS = list(itertools.product(VALUE_WITH, QUALIFIERS))


def expected_status(magnitude: str, qualifier: str) -> str:
    return min((STATUS_OF[flag] for flag in (magnitude, qualifier) if flag), key=PRECEDENCE.index, default="A")


def test_of_two_flags_the_one_that_says_more_is_the_status(tmp_path: Path) -> None:
    outcome = browser(tmp_path, *[("26637", "KAZ", str(2000 + n), VALUE_WITH[m], q, m) for n, (m, q) in enumerate(PAIRS)])
    expected = {}
    for number, (magnitude, qualifier) in enumerate(PAIRS, start=1):
        status = expected_status(magnitude, qualifier)
        expected[number] = (status, None if status in "KMQ" else float(VALUE_WITH[magnitude]))
    assert by_row(outcome, "obs_status", "obs_value") == expected


def test_flags_are_kept_as_published_and_can_be_told_apart_again(tmp_path: Path) -> None:
    rows = [("26637", "KAZ", str(2000 + n), VALUE_WITH[m], q, m) for n, (m, q) in enumerate(PAIRS)]
    outcome = browser(tmp_path, *rows)
    kept = [tuple(status.split("|")) for status in outcome.valid["observations"].sort("raw_row")["source_status"]]
    assert kept == PAIRS


def test_the_same_flags_mean_the_same_in_both_of_uis_layouts(tmp_path: Path) -> None:
    new = browser(tmp_path, *[("26637", "KAZ", str(2000 + n), VALUE_WITH[m], q, m) for n, (m, q) in enumerate(PAIRS)])
    old_rows = [("26637", "KAZ", str(2000 + n), VALUE_WITH[m], m, q) for n, (m, q) in enumerate(PAIRS)]
    _, _, old = landed(tmp_path, BDDS, old_rows, "OPRI_DATA_NATIONAL.csv")
    same = ["raw_row", "obs_status", "source_status", "obs_value", "time_period"]
    assert new.valid["observations"].select(same).equals(old.valid["observations"].select(same))


def test_not_applicable_is_no_zero_and_nil_is_one(tmp_path: Path) -> None:
    outcome = browser(
        tmp_path,
        ("26637", "KAZ", "2019", "0", "", "NA"),
        ("26637", "KAZ", "2018", "0.00000", "", "NA"),
        ("26637", "KAZ", "2017", "0", "", "NIL"),
        ("26637", "KAZ", "2016", "0", "", ""),
    )
    assert by_row(outcome, "obs_value", "obs_status") == {1: (None, "M"), 2: (None, "M"), 3: (0.0, "N"), 4: (0.0, "A")}


def test_a_number_where_the_magnitude_says_there_is_none_goes_to_quarantine(tmp_path: Path) -> None:
    rows = [("26637", "KAZ", str(2010 + n), "5", "", magnitude) for n, magnitude in enumerate(["NA", "SUPP", "INCLUDED"])]
    assert browser(tmp_path, *rows).failures["rule"].to_list() == ["value_matches_status"] * 3


UNKNOWN_FLAGS = [
    ("FOO", ""),
    ("", "FOO"),
    ("FOO", "UIS_EST"),
    ("nil", ""),
    ("NIL ", ""),
    ("NAT_EST", ""),
    ("", "NIL"),
    ("INCLUDES NIL", ""),
    # Letters that are SDMX statuses are no flags of UIS's.
    ("P", ""),
    ("", "E"),
    ("A", "UIS_EST"),
    # A qualifier nobody knows, beside a magnitude everybody knows.
    ("NIL", "FOO"),
    ("LOWREL", "uis_est"),
]


@pytest.mark.parametrize(("magnitude", "qualifier"), UNKNOWN_FLAGS)
def test_a_flag_nobody_declared_goes_to_quarantine(tmp_path: Path, magnitude: str, qualifier: str) -> None:
    outcome = browser(tmp_path, ("26637", "KAZ", "2019", "0", qualifier, magnitude))
    (failure,) = outcome.failures.to_dicts()
    assert failure["rule"] in ("known_obs_status", "has_obs_status")
    raw = json.loads(failure["raw_row_json"])
    assert (raw["magnitude"], raw["qualifier"]) == (magnitude, qualifier)


# Areas


AREAS = {
    "KAZ": "KAZ",
    "NAM": "NAM",  # Namibia, though NAM is elsewhere North America
    "ANT": "ANT",  # countries that are no more
    "SCG": "SCG",
    "XDN": "uis:XDN",
    "ZZA": "uis:ZZA",
    "CECC-SICA": "uis:CECC-SICA",
    "UIS: World": "WLD",
    "SDG: World": "uis:SDG: World",
    "MDG: World": "uis:MDG: World",
    "WB: World": "uis:WB: World",
    "UNICEF: World": "uis:UNICEF: World",
    "UIS: Central Asia": "uis:UIS: Central Asia",
    "GPE: High income WB FY24, December 2024": "uis:GPE: High income WB FY24, December 2024",
    "ECA: ECA: Oil LDCs (UNSDCode:98122)": "uis:ECA: ECA: Oil LDCs (UNSDCode:98122)",
}


def test_areas_are_countries_the_world_or_aggregates_of_the_publisher(tmp_path: Path) -> None:
    outcome = browser(tmp_path, *[("26637", area, "2019", "1", "", "") for area in AREAS])
    assert outcome.failures.is_empty()
    found = outcome.valid["observations"].sort("raw_row")
    assert dict(found.select("source_area", "ref_area").iter_rows()) == AREAS


def test_aggregates_keep_the_publishers_name_and_bare_codes_get_one(tmp_path: Path) -> None:
    outcome = browser(tmp_path, *[("26637", area, "2019", "1", "", "") for area in AREAS])
    published = {code: name for name, code in AREAS.items() if ":" in code}
    own = {"uis:XDN": "Sudan (pre-secession)", "uis:ZZA": "Channel Islands"}
    assert dict(outcome.area_names.iter_rows()) == published | own


UNKNOWN_AREAS = [
    "ABC",
    "XXX",
    "KA",
    "kaz",
    "Kazakhstan",
    "",
    "World",
    "WLD",
    "_T",
    "desa:947",
    "uis:x",
    "foo: x",
    "UIS:World",
]


def test_an_unknown_area_goes_to_quarantine_by_name(tmp_path: Path) -> None:
    outcome = browser(tmp_path, *[("26637", area, "2019", "1", "", "") for area in ("KAZ", *UNKNOWN_AREAS)])
    assert outcome.valid["observations"]["ref_area"].to_list() == ["KAZ"]
    assert outcome.failures.select("raw_row", "rule").rows() == [(n, "known_area") for n in range(2, len(UNKNOWN_AREAS) + 2)]
    for area, reason in zip(UNKNOWN_AREAS, outcome.failures["reason"], strict=True):
        assert f"'{area}'" in reason


# Layouts


DATA = [
    {"indicatorId": "26637", "geoUnit": "NAM", "year": "2019", "value": "12", "qualifier": "UIS_EST", "magnitude": ""},
    {"indicatorId": "26540", "geoUnit": "RUS", "year": "2018", "value": "0", "qualifier": "", "magnitude": "NIL"},
]
MEANT = {
    1: ("inbound_students", "NAM", "_T", "2019", 12.0, "E", "|UIS_EST", "26637", "NAM"),
    2: ("inbound_students", "RUS", "KAZ", "2018", 0.0, "N", "NIL|", "26540", "RUS"),
}
CODES = ("source_indicator", "source_area")
MEANT_COLUMNS = ("indicator", "ref_area", "counterpart_area", "time_period", "obs_value", "obs_status", "source_status", *CODES)
BROWSER_NAME = dict(zip(BDDS, ("indicatorId", "geoUnit", "year", "value", "magnitude", "qualifier"), strict=True))
ORDERS = [random.Random(seed).sample(range(6), 6) for seed in range(4)]


@pytest.mark.parametrize("order", [list(range(6)), list(range(5, -1, -1)), *ORDERS])
@pytest.mark.parametrize("layout", ["uis_data_browser", "uis_bdds_data"])
def test_columns_in_another_order_read_the_same(tmp_path: Path, layout: str, order: list[int]) -> None:
    names = BROWSER if layout == "uis_data_browser" else BDDS
    header = [names[position] for position in order]
    rows = [[row[BROWSER_NAME.get(name, name)] for name in header] for row in DATA]
    found, _, outcome = landed(tmp_path, header, rows)
    assert found == layout
    assert by_row(outcome, *MEANT_COLUMNS) == MEANT


@pytest.mark.parametrize(
    "header", [BROWSER[:-1], (*BROWSER, "note"), ("INDICATOR", *BROWSER[1:]), tuple(name.upper() for name in BROWSER)]
)
def test_other_columns_are_no_table_of_uis(tmp_path: Path, header: tuple[str, ...]) -> None:
    path = tmp_path / "data.csv"
    path.write_text(",".join(header) + "\n", encoding="utf-8")
    assert [layout.parts(RawFile(path, "unesco_uis/2026-02/data.csv")) for layout in SOURCE.layouts] == [None] * 13


@pytest.mark.parametrize(
    ("name", "dataset"),
    [
        ("OPRI_DATA_NATIONAL.csv", "opri"),
        ("SDG_DATA_NATIONAL.csv", "sdg"),
        ("SDG11_DATA_NATIONAL.csv", "sdg11"),
        ("SCN-SDG_DATA_NATIONAL.csv", "scn-sdg"),
        ("NATMON_DATA_NATIONAL.csv", "natmon"),
        ("opri_data_zwe.csv", "opri"),
        ("qc_NATMON_data_AFG.csv", "natmon"),
        ("democracy.csv", "bdds"),
        ("x.csv", "bdds"),
    ],
)
def test_a_bulk_table_belongs_to_the_package_its_name_begins_with(tmp_path: Path, name: str, dataset: str) -> None:
    layout, found, outcome = landed(tmp_path, BDDS, [("26637", "KAZ", "2019", "1", "", "")], name)
    assert (layout, found) == ("uis_bdds_data", dataset)
    assert outcome.valid["observations"]["dataset"].to_list() == [dataset]


@pytest.mark.parametrize(
    ("raw_file", "dataset"),
    [
        ("unesco_uis/2026-02/OPRI.zip#DATA_NATIONAL.csv", "opri"),
        ("unesco_uis/2026-02/both.zip#2026/SDG_DATA_NATIONAL.csv", "sdg"),
        ("unesco_uis/opri-2022-03/book.xlsx#Sheet1", "opri"),
        ("unesco_uis/sdg11-2024-02/x.csv", "sdg11"),
        ("unesco_uis/2026-02/x.zip#y.csv", "bdds"),
    ],
)
def test_an_archive_or_the_release_folder_may_name_the_package(tmp_path: Path, raw_file: str, dataset: str) -> None:
    path = tmp_path / "x"
    path.write_text(",".join(BDDS), encoding="utf-8")
    assert [part.dataset for layout in SOURCE.layouts for part in layout.parts(RawFile(path, raw_file)) or []] == [dataset]


LOWER = tuple(name.lower() for name in BDDS)


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        (LOWER, "uis_bdds_data"),
        (("INDICATOR_ID", "country_id", "Year", " VALUE", "magnitude ", "QUALIFIER"), "uis_bdds_data"),
        (("indicator_id", "region_id", *LOWER[2:]), "uis_bdds_regional_data"),
        (("INDICATOR_ID", "REGION_ID", *BDDS[2:]), "uis_bdds_regional_data"),
    ],
)
def test_bulk_tables_are_read_in_either_letters(tmp_path: Path, header: Sequence[str], layout: str) -> None:
    rows = [("oe.5t8.40510", "UIS: Central Asia", "2019", "1.5", "NIL", "UIS_EST"), ("26637", "KAZ", "2019", "2", "", "")]
    found, _, outcome = landed(tmp_path, header, rows, "SDG_DATA_REGIONAL.csv")
    assert found == layout
    assert by_row(outcome, "indicator", "ref_area", "obs_value", "obs_status", "source_status") == {
        1: ("outbound_students", "uis:UIS: Central Asia", 1.5, "N", "NIL|UIS_EST"),
        2: ("inbound_students", "KAZ", 2.0, "A", "|"),
    }


@pytest.mark.parametrize(
    "header",
    [
        (*BDDS, "value"),
        ("INDICATOR_ID", "COUNTRY_ID", "YEAR", "VALUE", "value", "QUALIFIER"),
        ("INDICATOR_ID", "COUNTRY_ID", "REGION_ID", "YEAR", "VALUE", "MAGNITUDE", "QUALIFIER"),
        ("INDICATOR_ID", "YEAR", "VALUE", "MAGNITUDE", "QUALIFIER"),
        ("INDICATOR_ID", "INDICATOR_LABEL_EN", "INDICATOR_LABEL_FR"),
        ("COUNTRY_ID", "country_id", "COUNTRY_NAME_EN"),
    ],
)
def test_a_bulk_table_with_a_column_too_many_or_too_few_is_not_read(tmp_path: Path, header: Sequence[str]) -> None:
    path = tmp_path / "data.csv"
    path.write_text(",".join(header) + "\n", encoding="utf-8")
    assert [layout.parts(RawFile(path, "unesco_uis/2026-02/data.csv")) for layout in SOURCE.layouts] == [None] * 13


def test_countries_are_named_and_counted_to_groups(tmp_path: Path) -> None:
    names = [("KAZ", "Kazakhstan"), ("XDN", "Sudan (pre-secession)"), ("ZZZ", "Nowhere"), ("KGZ", "")]
    layout, dataset, countries = landed(tmp_path, ("COUNTRY_ID", "COUNTRY_NAME_EN"), names, "SDG_COUNTRY.csv")
    assert (layout, dataset) == ("uis_bdds_country", "sdg")
    columns = ["source_area", "label", "area", "parent_area"]
    assert countries.valid["source_areas"].select(columns).rows() == [
        ("KAZ", "Kazakhstan", "KAZ", None),
        ("XDN", "Sudan (pre-secession)", "uis:XDN", None),
    ]
    assert countries.failures.select("raw_row", "rule").rows() == [(3, "known_area"), (4, "label_given")]

    rows = [
        ("UIS: World", "KAZ", "Kazakhstan"),
        ("CECC-SICA", "BLZ", "Belize"),
        ("SDG: Asia (Central)", "KAZ", "Kazakhstan"),
        ("Asia", "KAZ", "Kazakhstan"),
    ]
    layout, _, regions = landed(tmp_path, ("region_id", "country_id", "country_name_en"), rows, "SDG_REGION.csv")
    assert layout == "uis_bdds_region"
    assert regions.valid["source_areas"].select(columns).rows() == [
        ("KAZ", "Kazakhstan", "KAZ", "WLD"),
        ("BLZ", "Belize", "BLZ", "uis:CECC-SICA"),
        ("KAZ", "Kazakhstan", "KAZ", "uis:SDG: Asia (Central)"),
    ]
    assert regions.failures.select("raw_row", "rule").rows() == [(4, "known_parent_area")]


def test_metadata_are_footnotes_of_a_type_and_a_subtype(tmp_path: Path) -> None:
    rows = [
        ("NART.1", "AFG", "2011", "Source:Data sources", "Survey: of 2010-11"),
        ("nart.1", "AFG", "2011", "Source:Data sources", "another of the same key"),
        ("26540", "RUS", "2018", "Under Coverage", "some"),
        ("26540", "RUS", "2018", "Source:Data sources", ""),
    ]
    header = ("INDICATOR_ID", "COUNTRY_ID", "YEAR", "TYPE", "METADATA")
    layout, dataset, outcome = landed(tmp_path, header, rows, "NATMON_METADATA.csv")
    assert (layout, dataset) == ("uis_bdds_metadata", "natmon")
    columns = ["indicator", "ref_area", "counterpart_area", "footnote_type", "footnote_subtype", "footnote"]
    assert outcome.valid["footnotes"].select(columns).rows() == [
        ("unesco_uis:NART.1", "AFG", "_T", "Source", "Data sources", "Survey: of 2010-11"),
        ("unesco_uis:NART.1", "AFG", "_T", "Source", "Data sources", "another of the same key"),
        ("inbound_students", "RUS", "KAZ", "Under Coverage", None, "some"),
    ]
    assert outcome.failures.select("raw_row", "rule").rows() == [(4, "footnote_given")]


INDICATORS = (
    "indicatorId", "name", "theme", "lastDataUpdate", "lastDataUpdateDescription", "dataAvailability.totalRecordCount",
    "dataAvailability.timeLine.min", "dataAvailability.timeLine.max", "dataAvailability.geoUnits.types",
)  # fmt: skip


@pytest.mark.parametrize("more", [(), ("disaggregations",), ("disaggregations", "glossaryTerms")])
def test_what_the_export_tells_of_indicators_on_request_may_be_absent(tmp_path: Path, more: tuple[str, ...]) -> None:
    row = ["26637", "Total inbound", "EDUCATION", "02/09/2026", "February 2026", "7394", "1997", "2025", "NATIONAL", *more]
    layout, _, outcome = landed(tmp_path, (*INDICATORS, *more), [row], "indicators.csv")
    assert layout == "uis_data_browser_indicators"
    assert outcome.valid["source_indicators"].select("source_indicator", "label", "indicator").rows() == [
        ("26637", "Total inbound", "inbound_students")
    ]


def test_places_in_the_file_are_kept(tmp_path: Path) -> None:
    outcome = browser(tmp_path, *[("26637", "KAZ", str(2010 + n), "1", "", "") for n in range(3)])
    found = outcome.valid["observations"].select("raw_file", "raw_row", "raw_column", "time_period").rows()
    assert found == [("unesco_uis/2026-02/data.csv", n + 1, None, str(2010 + n)) for n in range(3)]


def test_labels_land_with_the_code_they_carry_in_observations(tmp_path: Path) -> None:
    rows = [
        ("26540", "Asia: Students from Kazakhstan, both sexes (number)"),
        ("26420", "Inbound internationally mobile students from Africa, both sexes (number)"),
    ]
    layout, dataset, outcome = landed(tmp_path, LABEL, rows, "OPRI_LABEL.csv")
    assert (layout, dataset) == ("uis_bdds_label", "opri")
    found = outcome.valid["source_indicators"].select("source_indicator", "label", "indicator").rows()
    assert found == [(*rows[0], "inbound_students"), (*rows[1], "unesco_uis:26420")]


def test_footnotes_land_with_the_key_of_their_value(tmp_path: Path) -> None:
    rows = [
        ("26540", "RUS", "2018", "Source", "Data sources", "UIS Education Survey"),
        ("26637", "UIS: World", "2018", "Data Status", "", "a\nb"),
        ("26637", "ABC", "2018", "Source", "", "lost area"),
        ("26637", "KAZ", "2018", "Source", "", ""),
    ]
    layout, _, outcome = landed(tmp_path, FOOTNOTES, rows, "footnotes.csv")
    assert layout == "uis_data_browser_footnotes"
    key = ["indicator", "ref_area", "counterpart_area", "sex", "breakdown", "time_period", "footnote"]
    assert outcome.valid["footnotes"].select(key).rows() == [
        ("inbound_students", "RUS", "KAZ", "_T", "_T", "2018", "UIS Education Survey"),
        ("inbound_students", "WLD", "_T", "_T", "_T", "2018", "a\nb"),
    ]
    assert outcome.failures.select("raw_row", "rule").rows() == [(3, "known_area"), (4, "footnote_given")]
