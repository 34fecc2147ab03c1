"""Printed claims against evidence: intervals, verdicts in their order, and sentences with the figures in them."""

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pycountry
import pytest

from tests.pipeline.conftest import Place, uis

STATEMENTS = "kz_article/2021/statements.csv"
OLD, NEW = "unesco_uis/2025-02/data.csv", "unesco_uis/2026-02/data.csv"
CLAIM = {
    "claim_id": "c", "section": "abroad", "reference": "1", "cited": "", "statement": "said", "definition": "students_abroad",
    "indicator": "outbound_students", "ref_area": "KAZ", "counterpart_area": "_T", "sex": "_T", "breakdown": "_T",
    "time_period": "2017", "printed": "85 тысяч", "claimed_value": "85000", "unit_measure": "PS", "comparator": "eq",
}  # fmt: skip


def statements(*changes: Mapping[str, str]) -> str:
    """A file of statements: the claim that 85 thousand studied abroad in 2017, changed so."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(CLAIM))
    writer.writeheader()
    writer.writerows({**CLAIM, "claim_id": f"c{n}", **change} for n, change in enumerate(changes, start=1))
    return text.getvalue()


def verdicts(place: Place, claim: Mapping[str, str], *new: str, old: tuple[str, ...] = ()) -> dict[str, str]:
    """Verdict by check of a claim, with UIS records in one release or two."""
    place.put(STATEMENTS, statements(claim))
    if new:
        place.put(NEW, uis(new))
    if old:
        place.put(OLD, uis(old))
    place.refresh()
    return dict(place.ask('SELECT "check", verdict FROM claim_checks'))


def outbound(*figures: tuple[int, str]) -> tuple[str, ...]:
    return tuple(f"OE.5T8.40510,KAZ,{year},{value},," for year, value in figures)


# What a printed figure stands for


INTERVALS = [
    ("85 тысяч", "85000", "eq", (84500, 85500, True, False)),
    ("85 тысяч", "85000", "almost", (84000, 85000, True, False)),
    ("85 тысяч", "85000", "about", (84000, 86000, True, True)),
    ("5,3 млн", "5300000", "eq", (5250000, 5350000, True, False)),
    ("5,3 млн", "5300000", "over", (5300000, None, False, False)),
    ("200 тысяч", "200000", "eq", (150000, 250000, True, False)),
    ("8000", "8000", "about", (7000, 9000, True, True)),
    ("17 007", "17007", "eq", (17006.5, 17007.5, True, False)),
    ("17\u00a0007", "17007", "eq", (17006.5, 17007.5, True, False)),
    ("0,1 %", "0.1", "eq", (0.05, 0.15, True, False)),
    ("36,7%", "36.7", "eq", (36.65, 36.75, True, False)),
    ("15%", "15", "under", (None, 15, True, False)),
    ("20", "20", "at_least", (20, None, True, False)),
    ("50%", "-50", "almost", (40, 50, True, False)),
    ("одной трети", "33.333333333333336", "about", (23.333333, 43.333333, True, True)),
    ("полтора раза", "1.5", "over", (1.5, None, False, False)),
    ("3,0%", "3.0", "eq", (2.5, 3.5, True, False)),
]


@pytest.fixture(scope="module")
def intervals(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[float | None, ...]]:
    """The interval of each of INTERVALS, from one refresh."""
    folder = tmp_path_factory.mktemp("intervals")
    place = Place(folder / "raw", folder / "warehouse")
    said = [
        {
            "claim_id": f"c{number:02}",
            "printed": printed,
            "claimed_value": value,
            "comparator": comparator,
            "indicator": "inbound_students_change" if value.startswith("-") else "emigrants",
            "time_period": str(2000 + number),
        }
        for number, (printed, value, comparator, _) in enumerate(INTERVALS)
    ]
    place.put(STATEMENTS, statements(*said))
    place.refresh()
    return place.ask("SELECT lower, upper, with_lower, with_upper FROM claim_intervals ORDER BY claim_id")


@pytest.mark.parametrize("number", range(len(INTERVALS)))
def test_the_interval_of_a_printed_figure(intervals: list[tuple[float | None, ...]], number: int) -> None:
    *expected, with_lower, with_upper = INTERVALS[number][3]
    *ends, found_lower, found_upper = intervals[number]
    assert [None if end is None else pytest.approx(end) for end in expected] == ends
    assert (found_lower, found_upper) == (with_lower, with_upper)


# The verdicts, in their order


SAME_DEFINITION = {"definition": "internationally_mobile_students"}


class Case(NamedTuple):
    """A claim of 85 thousand in 2017: how it is made, figures by year in the newer and the older release, the verdict."""

    claim: dict[str, str]
    new: dict[int, int]
    old: dict[int, int]
    verdict: str


VERDICTS = [
    Case({"comparator": "eq"}, {2017: 84500}, {}, "confirmed"),
    Case({"comparator": "eq"}, {2017: 85499}, {}, "confirmed"),
    Case({"comparator": "eq"}, {2017: 85500}, {}, "truncated"),
    Case({"comparator": "eq"}, {2017: 85999}, {}, "truncated"),
    Case({"comparator": "eq"}, {2017: 86000}, {}, "other_definition"),
    Case({"comparator": "almost"}, {2017: 84999}, {}, "confirmed"),
    Case({"comparator": "almost"}, {2017: 85000}, {}, "other_definition"),
    Case({"comparator": "about"}, {2017: 86000}, {}, "confirmed"),
    Case({"comparator": "over"}, {2017: 85001}, {}, "confirmed"),
    Case({"comparator": "over"}, {2017: 85000}, {}, "other_definition"),
    Case({"comparator": "under"}, {2017: 84999}, {}, "confirmed"),
    Case({"comparator": "at_least"}, {2017: 85000}, {}, "confirmed"),
    Case(SAME_DEFINITION, {2017: 90000}, {}, "contradicted"),
    Case(SAME_DEFINITION, {2017: 90000}, {2017: 85100}, "revised_since"),
    Case(SAME_DEFINITION, {2017: 90000, 2016: 85100}, {}, "other_period"),
    Case(SAME_DEFINITION, {2017: 90000, 2018: 85100}, {}, "other_period"),
    Case(SAME_DEFINITION, {2017: 90000, 2019: 85100}, {}, "contradicted"),
    Case(SAME_DEFINITION, {2017: 88000}, {2017: 87000}, "revised_since"),  # within 5 per cent, and revised
    Case(SAME_DEFINITION, {2017: 88000}, {2017: 88000}, "contradicted"),  # within 5 per cent, never revised
    Case(SAME_DEFINITION, {2017: 90000}, {2017: 91000}, "contradicted"),  # revised, but too far
    Case(SAME_DEFINITION, {2017: 85100}, {2017: 90000}, "confirmed"),  # the newest counts
    Case(SAME_DEFINITION, {2017: 85100, 2016: 85000}, {2017: 85000}, "confirmed"),  # the first that fits
    Case(SAME_DEFINITION, {2017: 85600, 2016: 85000}, {2017: 85000}, "truncated"),
    Case(SAME_DEFINITION, {2017: 90000, 2016: 85000}, {2017: 85000}, "revised_since"),
]
AREAS = sorted(country.alpha_3 for country in pycountry.countries)


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, str]]]:
    """Checks and verdicts by claim of each of VERDICTS, each about a country of its own, from one refresh."""
    folder = tmp_path_factory.mktemp("verdicts")
    place = Place(folder / "raw", folder / "warehouse")
    cases = list(zip(AREAS, VERDICTS, strict=False))
    place.put(STATEMENTS, statements(*({"claim_id": area, "ref_area": area} | case.claim for area, case in cases)))
    new = [f"OE.5T8.40510,{area},{year},{n},," for area, case in cases for year, n in case.new.items()]
    old = [f"OE.5T8.40510,{area},{year},{n},," for area, case in cases for year, n in case.old.items()]
    place.put(NEW, uis(new))
    place.put(OLD, uis(old))
    place.refresh()
    found = place.ask('SELECT claim_id, "check", verdict FROM claim_checks ORDER BY ALL')
    return {area: [(check, verdict) for claim, check, verdict in found if claim == area] for area, _ in cases}


@pytest.mark.parametrize("number", range(len(VERDICTS)))
def test_the_verdict_on_a_printed_figure(decided: dict[str, list[tuple[str, str]]], number: int) -> None:
    assert decided[AREAS[number]] == [("article", "no_evidence"), ("unesco_uis", VERDICTS[number].verdict)]


def test_a_neighbouring_year_alone_is_no_evidence(place: Place) -> None:
    assert verdicts(place, {}, *outbound((2016, "85000"))) == {"article": "no_evidence"}


def test_inbound_minus_net_flow_stands_for_outbound_where_a_release_lacks_it(place: Place) -> None:
    found = verdicts(place, {}, "26637,KAZ,2017,14000,,", "MENF.5T8,KAZ,2017,-71000,,")
    assert found["unesco_uis"] == "confirmed"
    ((sentence, value),) = place.ask("SELECT explanation, evidence_value FROM claim_checks WHERE \"check\" = 'unesco_uis'")
    assert (value, "inbound minus net flow" in sentence) == (85000.0, True)


def test_the_release_a_claim_cites_is_tried_before_the_newest(place: Place, stocks_of: Callable[[int], bytes]) -> None:
    cited = {
        "cited": 'UN report "World Migration 2020"', "indicator": "migrant_stock", "ref_area": "WLD", "time_period": "2020",
        "printed": "270 млн", "claimed_value": "270000000", "definition": "international_migrants",
    }  # fmt: skip
    place.put("un_desa/rev2019/stock.xlsx", stocks_of(271_000_000))
    place.put("un_desa/rev2024/stock.xlsx", stocks_of(269_000_000))
    assert verdicts(place, cited)["un_desa"] == "confirmed"
    assert place.ask("SELECT evidence_release FROM claim_checks WHERE evidence_source = 'un_desa'") == [("rev2019",)]


@pytest.fixture
def stocks_of() -> Callable[[int], bytes]:
    """A workbook of UN DESA with that world total in 2020."""
    from tests.pipeline.test_identities import stocks

    return lambda world: stocks({398: 10}, world)


# What follows from published figures

GROWTH = {"indicator": "outbound_students_growth_ratio", "time_period": "2013/2017", "unit_measure": "RT"}


@pytest.mark.parametrize(
    ("claim", "records", "verdict"),
    [
        (GROWTH | {"printed": "1,5", "claimed_value": "1.5"}, outbound((2013, "54000"), (2017, "81000")), "confirmed"),
        (GROWTH | {"printed": "1,5", "claimed_value": "1.5"}, outbound((2013, "54000"), (2017, "54000")), "other_definition"),
        (
            {"indicator": "inbound_students_change", "ref_area": "GBR", "counterpart_area": "IND", "time_period": "2011/2014",
             "printed": "50%", "claimed_value": "-50", "unit_measure": "PT", "comparator": "almost"},
            ("26533,GBR,2011,100,,", "26533,GBR,2014,51,,"), "confirmed",
        ),
        (
            {"indicator": "outbound_destination_share", "counterpart_area": "RUS", "printed": "77%", "claimed_value": "77",
             "unit_measure": "PT"},
            (*outbound((2017, "1000")), "26540,RUS,2017,770,,"), "confirmed",
        ),
        (
            {"indicator": "inbound_students", "ref_area": "KOR", "time_period": "2010/2012"},
            tuple(f"26637,KOR,{year},{value},," for year, value in ((2010, 84000), (2011, 85000), (2012, 86000))), "confirmed",
        ),
    ],
    ids=["growth", "no growth", "fall in per cent", "share of a destination", "mean over a span"],
)  # fmt: skip
def test_a_claim_about_what_follows_from_figures(
    place: Place, claim: dict[str, str], records: tuple[str, ...], verdict: str
) -> None:
    assert verdicts(place, claim, *records)["unesco_uis"] == verdict


def test_a_span_with_a_year_missing_has_no_mean(place: Place) -> None:
    claim = {"indicator": "inbound_students", "ref_area": "KOR", "time_period": "2010/2012"}
    found = verdicts(place, claim, "26637,KOR,2010,85000,,", "26637,KOR,2012,85000,,")
    assert found == {"article": "no_evidence"}


# The article's own figures

RATIO = {
    "indicator": "emigrants_decline_ratio", "time_period": "2000/2018", "printed": "4 раза", "claimed_value": "4",
    "unit_measure": "RT", "comparator": "almost",
}  # fmt: skip


def emigrants(year: str, value: str) -> dict[str, str]:
    return {"indicator": "emigrants", "time_period": year, "printed": value, "claimed_value": value}


@pytest.mark.parametrize(("last", "verdict"), [("42000", "confirmed"), ("30000", "inconsistent")])
def test_the_articles_own_arithmetic(place: Place, last: str, verdict: str) -> None:
    place.put(STATEMENTS, statements(RATIO, emigrants("2000", "155000"), emigrants("2018", last)))
    place.refresh()
    assert place.ask("SELECT \"check\", verdict FROM claim_checks WHERE claim_id = 'c1'") == [("article", verdict)]


def test_a_claim_is_never_its_own_evidence(place: Place) -> None:
    place.put(STATEMENTS, statements({}, {}))
    place.refresh()
    assert place.ask("SELECT DISTINCT verdict FROM claim_checks") == [("no_evidence",)]


TABLE_1 = "Год,Европа,США,СНГ,ЮВА,Итого:\n2011,131,{usa},149,70,350\n"
STATE = {
    "indicator": "academic_mobility_students", "breakdown": "funding=state", "time_period": "2011", "printed": "350",
    "claimed_value": "350", "definition": "state_academic_mobility",
}  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "usa", "verdict"),
    [
        (STATE, "-", "confirmed"),
        (STATE, "20", "inconsistent"),  # the parts have 370
        (STATE | {"printed": "420", "claimed_value": "420"}, "-", "inconsistent"),  # the table prints another total
        (STATE | {"counterpart_area": "kz_article:CIS", "printed": "149", "claimed_value": "149"}, "-", "confirmed"),
        (STATE | {"counterpart_area": "kz_article:CIS", "printed": "147", "claimed_value": "147"}, "-", "inconsistent"),
    ],
)
def test_a_claim_against_the_articles_own_table(place: Place, claim: dict[str, str], usa: str, verdict: str) -> None:
    place.put("kz_article/2021/table_1.csv", TABLE_1.format(usa=usa))
    assert verdicts(place, claim) == {"article": verdict}


SHARE = {
    "indicator": "academic_mobility_destination_share", "counterpart_area": "RUS", "breakdown": "within=CIS",
    "time_period": "2019",
    "unit_measure": "PT", "definition": "academic_mobility",
}  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "verdict", "said"),
    [
        ("67", "inconsistent", "of a whole of 672 to 681, but the countries listed there alone have 684"),
        ("66", "no_evidence", "which has room for the 684 listed there"),
    ],
)
def test_a_share_whose_whole_would_be_smaller_than_its_listed_parts(place: Place, printed: str, verdict: str, said: str) -> None:
    place.put(
        "kz_article/2021/regions.csv", "Регион,Страна\n" + "".join(f"СНГ,{c}\n" for c in ("Россия", "Кыргызстан", "Беларусь"))
    )
    place.put(
        "kz_article/2021/table_2.csv", "Страна,2018,2019,1 пол. 2020\nРоссия,1,453,1\nКыргызстан,1,103,1\nБеларусь,1,128,1\n"
    )
    assert verdicts(place, SHARE | {"printed": f"{printed}%", "claimed_value": printed}) == {"article": verdict}
    ((sentence,),) = place.ask("SELECT explanation FROM claim_checks")
    assert said in sentence
    ((where,),) = place.ask("SELECT place FROM claim_arithmetic")
    assert "kz_article/2021/table_2.csv, row 1, column 2019; " in where


def test_a_later_edition_prints_the_claims_anew(place: Place) -> None:
    regions = "Регион,Страна\nСНГ,Россия\nСНГ,Кыргызстан\n"
    table = "Страна,2018,2019,1 пол. 2020\nРоссия,1,453,1\nКыргызстан,1,103,1\n"
    for edition in ("2021", "2022"):
        share = SHARE | {"printed": "80%", "claimed_value": "80", "statement": f"said in {edition}"}
        place.put(f"kz_article/{edition}/statements.csv", statements(share))
        place.put(f"kz_article/{edition}/regions.csv", regions)
        place.put(f"kz_article/{edition}/table_2.csv", table)
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    assert place.ask("SELECT claim_id, statement FROM claims") == [("c1", "said in 2022")]
    ((sentence,),) = place.ask("SELECT explanation FROM claim_checks")
    assert "has room for the 556 listed there" in sentence, "each edition's table is counted by itself"
    assert place.ask("SELECT count(*) FROM observations WHERE dataset = 'statements'") == [(2,)]


def test_shares_of_one_whole_that_exceed_it(place: Place) -> None:
    shares = [SHARE | {"counterpart_area": area, "printed": "60%", "claimed_value": "60"} for area in ("RUS", "KGZ")]
    place.put(STATEMENTS, statements(*shares))
    place.refresh()
    assert place.ask("SELECT DISTINCT verdict FROM claim_checks") == [("inconsistent",)]


# What was shipped


def test_every_shipped_claim_has_a_verdict_and_a_sentence(shipped: Callable[[str], list[tuple[Any, ...]]]) -> None:
    assert shipped("SELECT count(DISTINCT claim_id), bool_and(explanation LIKE '%.') FROM claim_checks") == [(77, True)]
    assert shipped("SELECT count(*) FROM claims WHERE claim_id NOT IN (SELECT claim_id FROM claim_checks)") == [(0,)]


@pytest.mark.parametrize(
    ("claim", "check", "verdict"),
    [
        ("kz-28", "unesco_uis", "other_period"),  # 971 thousand were those of 2016
        ("kz-29", "unesco_uis", "other_period"),
        ("kz-05", "un_desa", "truncated"),  # 271.6 million cut to 271
        ("kz-30", "unesco_uis", "revised_since"),
        ("kz-27", "unesco_uis", "other_definition"),
        ("kz-70", "article", "inconsistent"),  # 67% of fewer people than table 2 lists
        ("kz-47", "unesco_uis", "confirmed"),
        ("kz-32", "article", "confirmed"),
        ("kz-63", "article", "no_evidence"),  # the table it points to is missing
    ],
)
def test_what_the_rules_find_in_the_article(
    shipped: Callable[[str], list[tuple[Any, ...]]], claim: str, check: str, verdict: str
) -> None:
    assert shipped(f"SELECT verdict FROM claim_checks WHERE claim_id = '{claim}' AND \"check\" = '{check}'") == [(verdict,)]


def test_each_sentence_can_be_followed_to_a_raw_cell(shipped: Callable[[str], list[tuple[Any, ...]]]) -> None:
    query = (
        "SELECT count(*), count(e.place) FROM claim_checks AS k LEFT JOIN claim_evidence AS e ON e.claim_id = k.claim_id "
        'AND e.checked_against = k."check" AND e.release = k.evidence_release AND e.time_period = k.evidence_period '
        "AND e.evidence_value = k.evidence_value WHERE k.verdict NOT IN ('no_evidence', 'inconsistent')"
    )
    ((checks, placed),) = shipped(query)
    assert checks == placed > 25
