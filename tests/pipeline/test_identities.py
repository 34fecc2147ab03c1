"""The publishers' own accounting: each identity holds where it must and fails where it must."""

import io
from collections.abc import Mapping, Sequence

import openpyxl
import polars as pl
import pycountry
import pytest

from edumig_pipeline.sources.candidates import mapping
from tests.pipeline.conftest import Place, uis

FILE = "unesco_uis/2026-02/data.csv"

Check = tuple[float | None, float | None, bool | None]


def checks(place: Place, identity: str) -> list[tuple[object, ...]]:
    """lhs, rhs, holds, missing of the identities whose name begins so."""
    query = f"SELECT lhs, rhs, holds, missing FROM identity_checks WHERE identity LIKE '{identity}%' ORDER BY ALL"
    return place.ask(query)


def of(place: Place, identity: str, *rows: str) -> list[tuple[object, ...]]:
    place.put(FILE, uis(rows))
    place.refresh()
    return checks(place, identity)


@pytest.mark.parametrize(
    ("female", "found"),
    [
        ("26638,KAZ,2018,4,,", [(10.0, 10.0, True, None)]),
        ("26638,KAZ,2018,7,,", [(10.0, 13.0, False, None)]),
        ("26638,KAZ,2018,5,,", [(10.0, 11.0, True, None)]),  # rounding of three figures may have given 1.5
        ("26638,KAZ,2018,,,SUPP", [(10.0, 6.0, None, "female")]),
    ],
)
def test_both_sexes_are_female_and_male(place: Place, female: str, found: list[object]) -> None:
    rows = of(place, "both sexes = female + male: inbound_students", "26637,KAZ,2018,10,,", "43188,KAZ,2018,6,,", female)
    assert rows == found


@pytest.mark.parametrize(
    ("net", "found"),
    [("-6", [(-6.0, -6.0, True, None)]), ("-9", [(-9.0, -6.0, False, None)])],
)
def test_net_flow_is_inbound_minus_outbound(place: Place, net: str, found: list[object]) -> None:
    rows = of(place, "net flow", "26637,KAZ,2018,4,,", "OE.5T8.40510,KAZ,2018,10,,", f"MENF.5T8,KAZ,2018,{net},,")
    assert rows == found


def test_net_flow_without_outbound_says_so_and_does_not_fail(place: Place) -> None:
    rows = of(place, "net flow", "26637,KAZ,2018,4,,", "MENF.5T8,KAZ,2018,-99,,")
    assert rows == [(-99.0, None, None, "outbound")]


@pytest.mark.parametrize(("rate", "holds"), [("2.5", True), ("2.53", False)])
def test_inbound_rate_is_a_share_of_enrolment(place: Place, rate: str, *, holds: bool) -> None:
    rows = of(place, "inbound rate", "26637,KAZ,2018,2500,,", "25053,KAZ,2018,100000,,", f"MSEP.5T8,KAZ,2018,{rate},,")
    assert [(rhs, held) for _, rhs, held, _ in rows] == [(2.5, holds)]


def origins() -> list[str]:
    """UIS's codes for the students from every country."""
    terms = mapping("unesco_uis_indicators")
    return terms.filter(pl.col("counterpart_area").str.len_chars() == 3)["source_indicator"].unique().sort().to_list()


@pytest.mark.parametrize(("total", "holds"), [(1, True), (1000, False)])
def test_origins_and_unknown_ones_add_up_to_the_total(place: Place, total: int, *, holds: bool) -> None:
    codes = origins()
    rows = [f"{code},RUS,2018,1,," for code in codes]
    (row,) = of(place, "inbound total", f"26637,RUS,2018,{len(codes) + total - 1},,", *rows)
    assert row[1:] == (len(codes), holds, None)


def test_a_few_origins_are_no_sum(place: Place) -> None:
    rows = of(place, "inbound total", "26637,RUS,2018,100,,", "26540,RUS,2018,60,,")
    assert rows == [(100.0, 60.0, None, "all but 1 countries of origin")]


def test_a_few_origins_that_exceed_the_total_fail(place: Place) -> None:
    rows = of(place, "inbound total", "26637,RUS,2018,50,,", "26540,RUS,2018,60,,")
    assert rows == [(50.0, 60.0, False, "all but 1 countries of origin")]


def test_an_origin_counted_within_another_is_no_missing_figure(place: Place) -> None:
    codes = origins()
    rows = [f"{code},RUS,2018,1,," for code in codes[1:]]
    (row,) = of(place, "inbound total", f"26637,RUS,2018,{len(codes) - 1},,", f"{codes[0]},RUS,2018,,,INCLUDED", *rows)
    assert row[1:] == (len(codes) - 1, True, None)


@pytest.mark.parametrize(("total", "holds"), [(100, True), (300, None), (90, False)])
def test_hosts_add_up_to_the_outbound_total_or_some_do_not_report(place: Place, total: int, *, holds: bool | None) -> None:
    rows = of(place, "outbound total", f"OE.5T8.40510,KAZ,2018,{total},,", "26540,RUS,2018,60,,", "26540,TUR,2018,40,,")
    assert [row[:3] for row in rows] == [(total, 100.0, holds)]
    assert str(rows[0][3]).startswith("hosts that report no figure")


def stocks(figures: Mapping[int, int], world: int) -> bytes:
    """A workbook of UN DESA, laid out as that of 2020: stocks by location code, both sexes, one year."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Table 1"
    title = "Table 1: International migrant stock at mid-year by sex and by region, country or area of destination, 1990-2020"
    lines: list[Sequence[object]] = [
        [],
        [],
        ["", title],
        [],
        [],
        [],
        [],
        [None] * 5 + ["International migrant stock at mid-year, both sexes combined"],
    ]
    headings = ["", "Region, development group, country or area", "Notes", "Location code", "Type of data", 2020]
    lines += [[], [], headings, [1, "WORLD", None, 900, "", world]]
    lines += [[n, f"area {code}", None, code, "B", value] for n, (code, value) in enumerate(figures.items(), start=2)]
    for line in lines:
        sheet.append(list(line))
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


COUNTRIES = {int(country.numeric): 10 for country in pycountry.countries}


@pytest.mark.parametrize(
    ("figures", "world", "found"),
    [
        (COUNTRIES, 10 * len(COUNTRIES), [(True, None)]),
        (COUNTRIES, 20 * len(COUNTRIES), [(False, None)]),
        ({398: 10, 643: 20}, 99, [(None, "all but 2 countries")]),
    ],
    ids=["all", "too few", "an extract"],
)
def test_the_world_is_the_sum_of_its_countries(place: Place, figures: Mapping[int, int], world: int, found: list[object]) -> None:
    place.put("un_desa/rev2020/stock.xlsx", stocks(figures, world))
    place.refresh()
    assert [row[2:] for row in checks(place, "world = sum")] == found


ARTICLE = "kz_article/2021/table_1.csv"


@pytest.mark.parametrize(("total", "holds"), [("350", True), ("351", None), ("349", False)])
def test_a_row_of_the_article_adds_up_or_has_a_dash(place: Place, total: str, *, holds: bool | None) -> None:
    place.put(ARTICLE, f"Год,Европа,США,СНГ,ЮВА,Итого:\n2011,131,-,149,70,{total}\n")
    place.refresh()
    assert checks(place, "printed total of a row") == [(float(total), 350.0, holds, "1 cells with a dash")]


@pytest.mark.parametrize(("total", "holds"), [("740", True), ("741", False)])
def test_a_column_of_the_article_adds_up_or_fails(place: Place, total: str, *, holds: bool) -> None:
    place.put(
        ARTICLE, f"Год,Европа,США,СНГ,ЮВА,Итого:\n2011,131,1,149,70,351\n2012,609,49,1,4,663\nИтого:,{total},50,150,74,1014\n"
    )
    place.refresh()
    (row,) = [row for row in checks(place, "printed total of a column") if row[1] == 740]
    assert row == (float(total), 740.0, holds, None)
