"""`edumig explain` and `claims`: one figure with all that is known of it, and what the article makes of such figures."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edumig_pipeline.answers.history import Cell, history
from edumig_pipeline.answers.opening import opened
from edumig_pipeline.model.codes import VERDICT
from tests.pipeline.conftest import ROOT, Place, Ran, edumig, uis

Shipped = Callable[[str], list[tuple[Any, ...]]]
Command = Callable[..., Ran]


@pytest.fixture
def command(shipped_folder: Path) -> Command:
    """Run a command on the shipped warehouse."""
    return lambda *arguments: edumig(*arguments, "--warehouse", str(shipped_folder))


# The question the project is for


def test_the_command_line_alone_says_where_they_went_according_to_whom_and_whether_the_article_was_right(
    command: Command,
) -> None:
    ran = command("explain", "outbound_students", "Kazakhstan", "2018")
    assert (ran.code, ran.err) == (0, "")
    lines = [line.split("  ") for line in ran.out.splitlines()]
    rows = [[field.strip() for field in line if field.strip()] for line in lines]
    # how many, according to whom
    total = "unesco_uis 2026-02 data_browser 88,010 A normal value | yes student_mobility"
    assert total in [" ".join(row) for row in rows]
    assert "  unesco_uis 2026-02: raw/unesco_uis/2026-02/data.csv, row 2375 (published as OE.5T8.40510 of KAZ)\n" in ran.out
    # where they went, according to whom
    assert ["Russian Federation (RUS)", "unesco_uis", "opri-2022-03", "69,836", "A normal value", "79.4%"] in rows
    assert ["Türkiye (TUR)", "eurostat", "2026-04", "2,065", "A normal value", "unknown"] in rows
    assert ["Türkiye (TUR)", "unesco_uis", "opri-2022-03", "2,065", "A normal value", "2.3%"] in rows
    # and whether the article was right
    assert (
        "kz-54  77% of students leaving Kazakhstan chose Russia in 2018. Printed: 77 %\n  other_period (unesco_uis): " in ran.out
    )
    claim = command("claims", "kz-54")
    assert "printed    77 %, which stands for 76.5 to under 77.5\n" in claim.out
    assert "other_period (unesco_uis): confirmed for a neighbouring year." in claim.out
    assert "for 2018 it has 79.35" in claim.out


def test_sql_alone_says_it_too(command: Command) -> None:
    def answer(sql: str) -> list[dict[str, Any]]:
        ran = command("query", sql, "--json")
        assert (ran.code, ran.err) == (0, "")
        return list(json.loads(ran.out))

    went = answer(
        "SELECT destination, source || ' ' || release AS source, students, obs_status, round(share_of_origin, 1) AS share "
        "FROM student_flows WHERE origin = 'KAZ' AND year = 2018 ORDER BY students DESC NULLS LAST, source LIMIT 2"
    )
    assert [tuple(one.values()) for one in went] == [
        ("RUS", "unesco_uis opri-2022-03", 69836.0, "A", 79.4),
        ("KGZ", "unesco_uis opri-2022-03", 3290.0, "A", 3.7),
    ]
    total = answer("SELECT source, release, outbound_students AS n FROM student_mobility WHERE ref_area = 'KAZ' AND year = 2018")
    assert total == [{"source": "unesco_uis", "release": "2026-02", "n": 88010.0}]
    right = answer(
        "SELECT counterpart_area, printed, verdict, evidence_period FROM claims JOIN claim_checks USING (claim_id) "
        "WHERE ref_area = 'KAZ' AND time_period = '2018' AND indicator = 'outbound_destination_share' "
        "AND evidence_source IS NOT NULL ORDER BY claim_id"
    )
    assert [tuple(one.values()) for one in right] == [
        ("RUS", "77 %", "other_period", "2017"),
        ("KGZ", "3,9%", "other_definition", "2018"),
        ("TUR", "2,4%", "other_period", "2017"),
    ]


# explain


def test_a_figure_is_traced_to_the_record_the_publisher_published(command: Command) -> None:
    ran = command("explain", "outbound_students", "KAZ", "2018", "--json")
    (figure,) = json.loads(ran.out)["figures"]
    lines = (ROOT / "raw" / figure["raw_file"]).read_text(encoding="utf-8").splitlines()
    record = lines[figure["raw_row"]]
    assert record.startswith(f"{figure['source_indicator']},{figure['source_area']},2018,88010")
    assert figure["licence"].startswith("CC BY-SA")
    assert "UNESCO" in figure["citation"]


def test_every_source_and_release_that_has_the_figure_is_shown(command: Command, shipped: Shipped) -> None:
    found = json.loads(command("explain", "inbound_students", "TUR", "2016", "--counterpart", "KAZ", "--json").out)
    expected = shipped(
        "SELECT source, release, obs_value, obs_status, raw_file, raw_row FROM observations WHERE indicator = 'inbound_students' "
        "AND ref_area = 'TUR' AND counterpart_area = 'KAZ' AND time_period = '2016' AND sex = '_T' AND breakdown = '_T'"
    )
    fields = ("source", "release", "value", "status", "raw_file", "raw_row")
    assert {tuple(one[field] for field in fields) for one in found["figures"]} == set(expected)
    assert {one["shown_in"] for one in found["figures"]} == {"student_flows"}
    (elsewhere,) = found["elsewhere"]
    assert (elsewhere["source_a"], elsewhere["source_b"], elsewhere["difference"]) == ("unesco_uis", "eurostat", 0)


@pytest.mark.parametrize("asked", ["KAZ", "kaz", "KZ", "Kazakhstan", "kazakhstan"])
def test_areas_go_by_code_or_name(command: Command, asked: str) -> None:
    assert "Kazakhstan (KAZ), 2018" in command("explain", "outbound_students", asked, "2018").out
    assert command("explain", "inbound_students", "Russian Federation", "2018", "--counterpart", asked).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["outbound_student", "KAZ", "2018"], 64, "there is no indicator outbound_student: did you mean outbound_students ("),
        (["outbound_students", "Russia", "2018"], 64, "there is no area Russia: did you mean RUS (Russian Federation)"),
        (["outbound_students", "KZA", "2018"], 64, "there is no area KZA"),
        (["inbound_students", "RUS", "2018", "--counterpart", "Kazakstan"], 64, "did you mean KAZ (Kazakhstan)"),
        (["population", "Central Asia", "2015"], 64, "several areas are called Central Asia: name one by its code: desa:5500"),
        (["outbound_students", "KAZ", "1990"], 1, "Kazakhstan (KAZ) for 1990: there is 2000–2023"),
        (["outbound_students", "KAZ", "undated"], 1, "for undated: there is 2000–2023"),
        (["tertiary_enrolment", "KAZ", "2018"], 1, "no release has tertiary_enrolment of Kazakhstan (KAZ): it has "),
        (["outbound_students", "TUV", "2018"], 1, "it has nothing on that area"),
        (["inbound_students", "KAZ", "2018", "--counterpart", "RUS"], 1, "--counterpart RUS: for 2018 there is the total"),
        (["inbound_students", "AUT", "2018"], 1, "the total: for 2018 there is --counterpart KAZ"),
        (["outbound_students", "KAZ", "2018", "--sex", "X"], 64, "Invalid value for '--sex'"),
        (["outbound_students", "KAZ"], 64, "Missing argument 'TIME_PERIOD'"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(command: Command, arguments: list[str], code: int, said: str) -> None:
    ran = command("explain", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_a_statement_without_a_period_can_be_asked_for(command: Command) -> None:
    ran = command("explain", "countries_compared", "WLD", "undated")
    assert "Countries covered by a comparison: World (WLD), undated; in number of things other than persons\n" in ran.out
    assert "raw/kz_article/2021/statements.csv, row 23" in ran.out


def test_what_a_later_release_changed_and_the_publisher_says_is_told(command: Command) -> None:
    ran = command("explain", "migrant_stock", "KAZ", "2019", "--sex", "F")
    assert ran.out.startswith("International migrant stock: Kazakhstan (KAZ), 2019, female; in persons\n")
    assert "  un_desa ims_destination, rev2019 to rev2020: retracted, from 1,868,663 (A) to nothing\n" in ran.out
    assert "  un_desa rev2019, Type of data, B: The data count people born abroad as migrants." in ran.out
    (row,) = (line for line in ran.out.splitlines() if line.startswith("un_desa"))
    assert row.split()[-1] == "no", "not the newest knowledge: it was retracted"


def test_a_missing_value_is_never_a_zero(command: Command) -> None:
    ran = command("explain", "inbound_students", "AIA", "2000")
    assert "no number" in ran.out
    assert "M missing; data cannot exist" in ran.out
    assert json.loads(command("explain", "inbound_students", "AIA", "2000", "--json").out)["figures"][0]["value"] is None
    germany = command("explain", "inbound_students", "DEU", "2018", "--counterpart", "KAZ")
    assert [line.split()[3] for line in germany.out.splitlines() if line.startswith(("eurostat", "unesco_uis"))] == ["no", "956"]


def test_flows_of_a_total_are_those_of_the_newest_release_of_each_source(command: Command, shipped: Shipped) -> None:
    flows = json.loads(command("explain", "outbound_students", "KAZ", "2018", "--json").out)["flows"]
    assert len(flows) == shipped("SELECT count(*) FROM student_flows WHERE origin = 'KAZ' AND year = 2018")[0][0]
    assert [one["students"] for one in flows if one["area"] == "SVN"] == [None]
    assert json.loads(command("explain", "outbound_ratio", "KAZ", "2018", "--json").out)["flows"] == []


def test_every_figure_leads_to_the_claims_it_is_evidence_for(shipped_folder: Path, shipped: Shipped) -> None:
    places = {
        f"{file}, row {row}" + (f", column {column}" if column else ""): Cell(*key)
        for file, row, column, *key in shipped(
            "SELECT raw_file, raw_row, raw_column, indicator, ref_area, time_period, counterpart_area, sex, breakdown "
            "FROM observations WHERE dataset <> 'statements'"
        )
    }
    expected = [
        (claim, check, place)
        for claim, check, place in shipped(
            'SELECT e.claim_id, k."check", e.place FROM claim_evidence AS e '
            'JOIN claim_checks AS k ON k.claim_id = e.claim_id AND k."check" = e.checked_against'
        )
        if place in places
    ]
    assert len(expected) > 40
    with opened(shipped_folder) as published:
        for claim, check, place in expected:
            cell = places[place]
            if cell.time_period is None:
                cell = Cell(cell.indicator, cell.ref_area, "undated", cell.counterpart_area, cell.sex, cell.breakdown)
            found = {(one["claim_id"], one["check"]) for one in history(published, cell).claims}
            assert (claim, check) in found, place


def test_a_figure_that_a_claim_follows_from_leads_to_it(command: Command) -> None:
    def claims(*arguments: str) -> set[str]:
        return {one["claim_id"] for one in json.loads(command("explain", *arguments, "--json").out)["claims"]}

    assert "kz-24" in claims("inbound_students", "KOR", "2012"), "the mean of five years"
    assert "kz-19" in claims("inbound_students", "GBR", "2011", "--counterpart", "IND"), "a change between two years"
    assert "kz-54" in claims("inbound_students", "RUS", "2018", "--counterpart", "KAZ"), "a share of the outbound total"
    assert "kz-54" in claims("outbound_students", "KAZ", "2018")
    assert "kz-70" in claims("academic_mobility_students", "KAZ", "2019", "--counterpart", "RUS"), "the article's arithmetic"


def test_a_corrected_figure_says_what_was_published_and_who_says_so(place: Place) -> None:
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2018,1433,,"]))
    place.put(
        "unesco_uis/2026-02/release.toml",
        'published = "2026-02-09"\n[[corrections]]\nfile = "data.csv"\nrow = 1\npublished = 1433\ncorrected = 14332\n'
        'reason = "a digit was lost"\nsaid_by = "the ministry"\nstatus = "active"\n',
    )
    assert place.refresh().code == 0
    ran = edumig("explain", "inbound_students", "KAZ", "2018", "--warehouse", str(place.warehouse))
    assert "  14,332  A normal value" in ran.out
    assert "  Corrected: unesco_uis 2026-02 published 1,433: a digit was lost (the ministry)\n" in ran.out


def test_what_fits_a_narrow_terminal_is_all_there(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = command("explain", "outbound_students", "KAZ", "2017").out
    for columns in ("60", "100"):
        monkeypatch.setenv("COLUMNS", columns)
        narrow = command("explain", "outbound_students", "KAZ", "2017").out
        assert {"84,750", "2374", "confirmed", "65,237"} <= set(narrow.replace(",\n", " ").replace(")", " ").split())
        assert "84,750" in wide


# claims


def test_every_claim_is_listed_with_its_verdicts(command: Command, shipped: Shipped) -> None:
    found = json.loads(command("claims", "--json").out)["claims"]
    checks = {(one["claim_id"], check["check"], check["verdict"]) for one in found for check in one["checks"]}
    assert checks == set(shipped('SELECT claim_id, "check", verdict FROM claim_checks'))
    text = command("claims")
    assert text.err == "77 claims\n"
    assert all(one["statement"] in text.out for one in found)


@pytest.mark.parametrize("verdict", VERDICT)
def test_claims_can_be_chosen_by_verdict(command: Command, shipped: Shipped, verdict: str) -> None:
    expected = [
        claim for (claim,) in shipped(f"SELECT DISTINCT claim_id FROM claim_checks WHERE verdict = '{verdict}' ORDER BY 1")
    ]
    ran = command("claims", "--verdict", verdict, "--json")
    if expected:
        assert [one["claim_id"] for one in json.loads(ran.out)["claims"]] == expected
    else:
        assert (ran.code, ran.err) == (1, f"edumig: no claim is of verdict {verdict}\n")


def test_claims_can_be_chosen_by_section(command: Command, shipped: Shipped) -> None:
    found = json.loads(command("claims", "--section", "mobility", "--verdict", "inconsistent", "--json").out)["claims"]
    assert [one["claim_id"] for one in found] == ["kz-70"]
    ((count,),) = shipped("SELECT count(*) FROM claims WHERE section = 'abroad'")
    assert command("claims", "--section", "abroad").err == f"{count} claims\n"


def test_a_claim_alone_comes_with_all_its_evidence_and_arithmetic(command: Command, shipped: Shipped) -> None:
    found = json.loads(command("claims", "kz-15", "--json").out)
    assert len(found["evidence"]) == shipped("SELECT count(*) FROM claim_evidence WHERE claim_id = 'kz-15'")[0][0]
    assert found["evidence"][0]["years_off"] == 0
    assert found["evidence"][0]["place"].startswith("unesco_uis/2026-02/data.csv, row ")
    impossible = command("claims", "kz-70")
    assert "The article's own figures\nImpossible: With 453 in table_2" in impossible.out
    assert "kz_article/2021/table_2.csv, row 1, column 2019" in impossible.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["kz-99"], "there is no claim kz-99: did you mean kz-"),
        (["--verdict", "wrong"], "Invalid value for '--verdict'"),
        (["--section", "Kazakstan"], "there is no section Kazakstan: did you mean kazakhstan?"),
        (["kz-54", "--verdict", "confirmed"], "name a claim, or choose by --verdict and --section"),
    ],
)
def test_wrong_usage_of_claims(command: Command, arguments: list[str], said: str) -> None:
    ran = command("claims", *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err
