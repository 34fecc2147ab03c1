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


WORLD_BANK = "world_bank/2026-06/EdStatsData.csv"
EUROSTAT = "eurostat/2026-04/estat_educ_uoe_mobs02.csv"


def world_bank(figure: str) -> str:
    return (
        "Country Name,Country Code,Indicator Name,Indicator Code,2018\n"
        f"Kazakhstan,KAZ,Total inbound internationally mobile students,UIS.MS.56.T,{figure}\n"
    )


def eurostat(figure: str) -> str:
    return (
        "DATAFLOW,LAST UPDATE,freq,unit,partner,sex,isced11,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"
        f"ESTAT:EDUC_UOE_MOBS02(1.0),01/04/26 23:00:00,A,NR,KZ,T,ED5-8,DE,2018,{figure},\n"
    )


def test_the_world_banks_copy_of_a_series_stands_beside_the_series(place: Place) -> None:
    place.put(UIS, uis(["26637,KAZ,2018,13898,,"]))
    place.put(WORLD_BANK, world_bank("13898"))
    place.refresh()
    same = ("inbound_students", "unesco_uis", "2026-02", 13898.0, "world_bank", "2026-06", 13898.0, 0.0, 1.0)
    assert rows(place) == [same]
    place.put(WORLD_BANK, world_bank("27796"))
    place.refresh()
    assert [row[-2:] for row in rows(place)] == [(13898.0, 2.0)]
    ((why,),) = place.ask("SELECT explanation FROM reconciliation")
    assert "one of release, not of definition" in why


def test_students_of_an_origin_in_a_european_host_by_two_publishers(place: Place) -> None:
    place.put("unesco_uis/2026-02/data.csv", uis(["26540,DEU,2018,700,,"]))
    place.put(EUROSTAT, eurostat("700"))
    place.refresh()
    query = "SELECT concept, ref_area, counterpart_area, source_a, source_b, difference, ratio FROM reconciliation"
    assert place.ask(query) == [("inbound_students", "DEU", "KAZ", "unesco_uis", "eurostat", 0.0, 1.0)]
    place.put(EUROSTAT, eurostat("560"))
    place.refresh()
    assert [row[-2:] for row in place.ask(query)] == [(-140.0, 0.8)]
    ((why,),) = place.ask("SELECT explanation FROM reconciliation")
    assert "degree-mobile" in why


def test_a_level_of_study_is_not_compared_with_the_total(place: Place) -> None:
    place.put("unesco_uis/2026-02/data.csv", uis(["26540,DEU,2018,700,,"]))
    place.put(EUROSTAT, eurostat("700").replace("ED5-8", "ED6"))
    place.refresh()
    assert rows(place) == []
