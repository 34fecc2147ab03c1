"""The report as somebody reads it from the file: what it answers, for any country, in three languages."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.readers import Reader, Reading
from tests.pipeline.conftest import ask

# It opens, and stays by itself


def test_it_opens_from_the_file_without_a_complaint_or_a_request(reader: Reader) -> None:
    reader.open()
    assert reader.complaints == []
    assert [url for url in reader.requests if not url.startswith(("file:", "about:"))] == []
    expect(reader.page).to_have_title("Kazakhstan · Educational migration: who goes where, according to whom")
    drawn = reader.page.locator("figure:visible [data-part=plot]:visible")
    assert drawn.count() >= 6
    assert all(plot.locator("svg path").count() for plot in drawn.all()), "no chart is empty"


def test_its_policy_lets_nothing_out(reader: Reader) -> None:
    reader.open()
    reached = "fetch('https://example.org/').then(() => 'reached', (error) => String(error))"
    assert "Failed to fetch" in reader.page.evaluate(reached)
    assert any("Content Security Policy" in text for text in reader.complaints)


# The question


def test_where_kazakhstans_students_went_in_2018_according_to_whom_and_whether_the_article_was_right(
    reader: Reader, report_folder: Path
) -> None:
    reader.open("#country=KAZ&lang=en&year=2018")
    ((students, share),) = ask(
        report_folder / "edumig.duckdb",
        "SELECT students, share_of_origin FROM student_flows WHERE origin = 'KAZ' AND destination = 'RUS' AND year = 2018",
    )
    lead = reader.page.locator("#lead").inner_text()
    assert f"Where they studied in 2018, the largest of the countries that report: Russia {students:,.0f} ({share:.1f}%)" in lead
    assert "UNESCO UIS, release opri-2022-03" in lead
    assert reader.table("students-to-chart")[0] == [
        "Russia", "RUS", "Kazakhstan", "2018", "69,836", "normal value (A)", "79.4%", "UNESCO UIS", "opri-2022-03",
    ]  # fmt: skip
    assert "UNESCO UIS, release opri-2022-03, published 2022-03, extract, CC BY 4.0" in reader.part(
        "students-to-chart", "credits"
    )
    reader.page.get_by_label("Search in the text").fill("chose Russia in 2018")
    claim = reader.page.locator("#claims-list li.claim")
    expect(claim).to_have_count(1)
    expect(claim.locator(".claim-head")).to_contain_text("Another year")
    expect(claim).to_contain_text("77% of students leaving Kazakhstan chose Russia in 2018.")
    expect(claim).to_contain_text("lies within it, but is of 2017; for 2018 it has 79.35.")
    expect(claim.locator(".evidence").first).to_have_text("Evidence: 76.976% for 2017; UNESCO UIS, release opri-2022-03")


# Choosing


def test_another_country_changes_charts_tables_and_words(reader: Reader, report_folder: Path) -> None:
    reader.open()
    before = reader.chart("mobility-chart").locator("svg").inner_html()
    reader.choose("Germany")
    expect(reader.page.locator("#lead-title")).to_have_text("Germany")
    expect(reader.page.locator("#told")).to_have_text("Now showing: Germany")
    assert reader.chart("mobility-chart").locator("svg").inner_html() != before
    ((out, into),) = ask(
        report_folder / "edumig.duckdb",
        "SELECT outbound_students, inbound_students FROM student_mobility WHERE ref_area = 'DEU' AND year = 2020",
    )
    told = {row[0]: row for row in reader.table("mobility-chart")}
    assert (told["2020"][2], told["2020"][6]) == (f"{out:,.0f}", f"{into:,.0f}")
    assert "Choose Kazakhstan to see its programme." in reader.part("programme-chart", "nothing")
    assert reader.complaints == []


def test_a_year_and_a_source_can_be_chosen(reader: Reader, report_folder: Path) -> None:
    reader.open()
    box = reader.page.locator("#students-to-controls")
    reader.after(lambda: box.get_by_label("Source").select_option(label="Eurostat"))
    reader.after(lambda: box.get_by_label("Year").select_option(label="2022"))
    assert reader.part("students-to-chart", "title") == "Kazakhstan: where its students studied, 2022"
    listed = ask(
        report_folder / "edumig.duckdb",
        "SELECT destination, students FROM student_flows JOIN areas ON code = destination AND kind = 'country' "
        "WHERE origin = 'KAZ' AND year = 2022 AND source = 'eurostat' AND students IS NOT NULL "
        "ORDER BY students DESC, destination",
    )
    table = reader.table("students-to-chart")
    assert [(row[1], row[4]) for row in table] == [(area, f"{students:,.0f}") for area, students in listed[: len(table)]]
    left_out = sum(students for _, students in listed[len(table) :])
    assert f"{len(listed) - len(table)} more countries have together {left_out:,.0f}" in reader.part("students-to-chart", "notes")
    assert "student_flows" in reader.part("students-to-chart", "notes")


def test_a_link_brings_back_what_was_chosen_and_the_back_button_too(reader: Reader) -> None:
    reader.open()
    reader.choose("Germany")
    reader.after(lambda: reader.page.get_by_role("button", name="Русский").click())
    assert reader.page.evaluate("location.hash") == "#country=DEU&lang=ru"
    reader.open("#country=DEU&lang=ru")
    expect(reader.page.locator("#lead-title")).to_have_text("Германия")
    reader.open()
    reader.choose("Germany")
    reader.after(reader.page.go_back)
    expect(reader.page.locator("#lead-title")).to_have_text("Kazakhstan")


def test_a_country_without_figures_says_who_was_asked(reader: Reader) -> None:
    reader.open("#country=LSO&lang=en")
    assert "No release at hand says how many students from there study abroad." in reader.page.locator("#lead").inner_text()
    told = reader.part("mobility-chart", "nothing")
    assert "Lesotho: no figure on students abroad or from abroad." in told
    assert "That is no zero. Asked were: UNESCO UIS, release 2025-02 (extract), UNESCO UIS, release 2026-02 (extract)." in told
    assert reader.page.locator("figure svg").count() == 0
    assert reader.complaints == []


def test_an_address_that_means_nothing_shows_kazakhstan(reader: Reader) -> None:
    reader.open("#country=<b>&lang=xx&year=abc&source=nobody")
    expect(reader.page.locator("#lead-title")).to_have_text("Kazakhstan")
    assert reader.complaints == []


# Gaps and estimates


def test_a_year_without_a_figure_is_a_gap(reader: Reader, report_folder: Path) -> None:
    reader.open("#country=KAZ&lang=en")
    figures = ask(
        report_folder / "edumig.duckdb",
        "SELECT year, outbound_students, outbound_students_status, inbound_students, inbound_students_status "
        "FROM student_mobility WHERE ref_area = 'KAZ' ORDER BY year",
    )
    known = [row[1] for row in figures if row[1] is not None] + [row[3] for row in figures if row[3] is not None]
    plot = reader.chart("mobility-chart").locator("[data-part=plot]")
    points = plot.locator("g.mark-symbol.role-mark path")
    assert points.count() == len(known), "a point for every figure and for nothing else"
    surface = reader.page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--surface').trim()")
    hollow = [point for point in points.all() if point.get_attribute("fill") == surface]
    estimated = [row for row in figures if row[2] == "E"] + [row for row in figures if row[4] == "E"]
    assert len(hollow) == len(estimated) > 10
    # Pairs of neighbouring years are joined, others are not: each line segment is an L in its path.
    years = [[row[0] for row in figures if row[column] is not None] for column in (1, 3)]
    joined = sum(later == year + 1 for series in years for year, later in pairwise(series))
    paths = [path.get_attribute("d") or "" for path in plot.locator("g.mark-line.role-mark path").all()]
    assert sum(path.count("L") for path in paths) == joined
    assert "No figure for 2002, 2021–2023." in reader.part("mobility-chart", "summary")
    told = {row[0]: row for row in reader.table("mobility-chart")}
    assert told["2021"][6] == "–"
    assert "estimated value (E)" in reader.part("mobility-chart", "key")


def test_an_incomplete_year_says_how_little_it_covers(reader: Reader) -> None:
    reader.open("#country=KAZ&lang=en&year=2020&source=unesco_uis")
    told = reader.part("students-to-chart", "summary")
    assert "Kyrgyzstan (2,083, 2.6%)" in told
    assert "All countries with a figure together: 4% of the 79,792 of that year." in told
    assert "this ranking is far from complete" in told
    reader.open("#country=KAZ&lang=en")
    assert "where its students studied, 2019" in reader.part("students-to-chart", "title"), "the newest year that tells most"


# Claims


def test_claims_are_filtered_by_verdict_section_and_text(reader: Reader, report_folder: Path) -> None:
    reader.open()
    claims = reader.page.locator("#claims-list li.claim")
    told = reader.page.locator("#claims-told")
    expect(told).to_have_text("77 of 77 claims shown.")
    reader.page.get_by_role("button", name="Show all 77").click()
    expect(claims).to_have_count(77)
    reader.page.get_by_label("Verdict", exact=True).select_option(label="Confirmed (17)")
    expect(told).to_have_text("17 of 77 claims shown.")
    assert {claim.get_attribute("data-verdict") for claim in claims.all()} == {"confirmed"}
    reader.page.get_by_label("Section of the article").select_option(label="Kazakhstan")
    confirmed = ask(
        report_folder / "edumig.duckdb",
        "SELECT count(DISTINCT claim_id) FROM claim_checks JOIN claims USING (claim_id) "
        "WHERE section = 'kazakhstan' AND verdict = 'confirmed'",
    )
    expect(claims).to_have_count(confirmed[0][0])
    reader.page.get_by_label("Search in the text").fill("no such words anywhere")
    expect(told).to_have_text("0 of 77 claims shown.")


def test_every_statement_says_that_it_is_english(reader: Reader) -> None:
    reader.open("#country=KAZ&lang=kk")
    statements = reader.page.locator("#claims-list .statement")
    assert statements.count() == 10
    assert {one.get_attribute("lang") for one in statements.all()} == {"en"}


# Languages


@pytest.mark.parametrize(
    ("language", "button", "heading", "country", "number"),
    [
        ("en", "English", "Where they go", "Kazakhstan", "69,836"),
        ("ru", "Русский", "Куда едут", "Казахстан", "69\u00a0836"),
        ("kk", "Қазақша", "Қайда барады", "Қазақстан", "69\u00a0836"),
    ],
)
def test_a_language_changes_words_names_and_numbers(  # noqa: PLR0917 - a row of the table above
    reader: Reader, language: str, button: str, heading: str, country: str, number: str
) -> None:
    reader.open("#country=KAZ&year=2018&lang=" + ("ru" if language == "en" else "en"))
    reader.after(lambda: reader.page.get_by_role("button", name=button, exact=True).click())
    assert reader.page.locator("html").get_attribute("lang") == language
    expect(reader.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(reader.page.locator("#lead-title")).to_have_text(country)
    assert number in "".join(reader.chart("students-to-chart").locator("details").all_text_contents())
    assert number in "".join(reader.chart("students-to-chart").locator("svg text").all_text_contents())
    assert not re.search(r"\{\w+\}|undefined|NaN|\[object", reader.page.locator("body").inner_text())
    assert reader.complaints == []


def test_the_readers_own_language_is_the_first(reading: Reading) -> None:
    with reading(language="kk-KZ") as reader:
        reader.open()
        assert reader.page.locator("html").get_attribute("lang") == "kk"
