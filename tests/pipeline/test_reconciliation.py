"""The same concept from two sources, side by side: where they agree, where they part, and why they may."""

from tests.pipeline.conftest import Place, uis
from tests.pipeline.test_claims import STATEMENTS, statements
from tests.pipeline.test_identities import stocks

UIS = "unesco_uis/2026-02/data.csv"


def rows(place: Place) -> list[tuple[object, ...]]:
    return place.ask(
        "SELECT concept, source_a, release_a, value_a, source_b, release_b, value_b, difference, ratio FROM reconciliation"
    )


def test_a_figure_of_the_article_stands_beside_the_publishers(place: Place) -> None:
    place.put(UIS, uis(["OE.5T8.40510,KAZ,2017,84750,,"]))
    place.put(STATEMENTS, statements({"claimed_value": "85000"}))
    place.refresh()
    assert rows(place) == [
        ("outbound_students", "unesco_uis", "2026-02", 84750.0, "kz_article", "2021", 85000.0, 250.0, 85000 / 84750)
    ]
    ((why,),) = place.ask("SELECT explanation FROM reconciliation")
    assert "The article rounds" in why


def test_equal_figures_have_no_difference(place: Place) -> None:
    place.put(UIS, uis(["OE.5T8.40510,KAZ,2017,85000,,"]))
    place.put(STATEMENTS, statements({"claimed_value": "85000"}))
    place.refresh()
    assert [row[-2:] for row in rows(place)] == [(0.0, 1.0)]


def test_another_period_area_or_a_missing_figure_is_not_compared(place: Place) -> None:
    place.put(UIS, uis(["OE.5T8.40510,KAZ,2016,1,,", "OE.5T8.40510,RUS,2017,1,,", "OE.5T8.40510,KAZ,2017,0,,NA"]))
    place.put(STATEMENTS, statements({"claimed_value": "85000"}))
    place.refresh()
    assert rows(place) == []


def test_revisions_of_the_migrant_stock_stand_beside_one_another(place: Place) -> None:
    place.put("un_desa/rev2020/stock.xlsx", stocks({398: 10}, 10))
    place.put("un_desa/rev2024/stock.xlsx", stocks({398: 15}, 10))
    place.refresh()
    found = place.ask("SELECT ref_area, release_a, value_a, release_b, value_b, ratio FROM reconciliation ORDER BY ALL")
    assert found == [("KAZ", "rev2020", 10.0, "rev2024", 15.0, 1.5), ("WLD", "rev2020", 10.0, "rev2024", 10.0, 1.0)]
    assert place.ask("SELECT count(*) FROM reconciliation WHERE explanation LIKE 'Each revision%'") == [(2,)]


def test_the_source_that_comes_first_in_the_code_list_is_the_one_student_mobility_shows(place: Place) -> None:
    place.put(UIS, uis(["26637,KAZ,2018,13898,,"]))
    place.put(STATEMENTS, statements({"claimed_value": "1", "indicator": "inbound_students", "time_period": "2018"}))
    place.refresh()
    assert place.ask("SELECT source, inbound_students FROM student_mobility") == [("unesco_uis", 13898.0)]
