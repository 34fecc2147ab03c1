"""The report in use: saved as CSV and pictures, by keyboard, on a phone, with a screen reader, with hostile words in its data."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import ViewportSize, expect

from tests.browser.readers import DESK, LANGUAGES, PHONE, Reader, Reading, Scheme, rows_of
from tests.pipeline.conftest import Place, ask, uis

# Saving


def test_the_csv_of_a_chart_is_what_the_table_says(reader: Reader, report_folder: Path) -> None:
    reader.open("#country=KAZ&lang=ru&year=2018")
    download = reader.save("students-to-chart", "CSV")
    assert download.suggested_filename == "edumig-KAZ-students-to-2018.csv"
    found = [
        (row["partner"], row["year"], float(row["value"]), row["status"], row["source"], row["release"])
        for row in rows_of(download)
    ]
    assert found == ask(
        report_folder / "edumig.duckdb",
        "SELECT destination, year::VARCHAR, students, obs_status, source, release FROM student_flows "
        "WHERE origin = 'KAZ' AND year = 2018 AND source = 'unesco_uis' ORDER BY students DESC",
    )
    assert rows_of(download)[0]["partner_name"] == "Россия"


def test_a_missing_figure_is_an_empty_cell(reader: Reader) -> None:
    reader.open()
    rows = {row["year"]: row for row in rows_of(reader.save("mobility-chart", "CSV"))}
    assert (rows["2021"]["inbound_students"], rows["2021"]["outbound_students"]) == ("", "79473")
    assert (rows["2021"]["outbound_students_status"], rows["2021"]["release"]) == ("E", "2026-02")


def test_every_claim_can_be_saved(reader: Reader, report_folder: Path) -> None:
    reader.open()
    rows = rows_of(reader.save("claims-actions", "CSV"))
    assert len(rows) == ask(report_folder / "edumig.duckdb", "SELECT count(*) FROM claim_checks")[0][0]
    assert {row["verdict"] for row in rows if row["claim_id"] == "kz-54"} == {"other_period", "no_evidence"}


def test_a_chart_is_saved_as_a_picture_that_stands_alone(reader: Reader) -> None:
    reader.open("#country=KAZ&lang=en&year=2018")
    download = reader.save("students-to-chart", "SVG")
    assert download.suggested_filename == "edumig-KAZ-students-to-2018.svg"
    root = ET.fromstring(download.path().read_text(encoding="utf-8"))
    texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "Kazakhstan: where its students studied, 2018"
    assert "69,836 · 79.4%" in texts
    assert texts[-1] == "UNESCO UIS, release opri-2022-03, published 2022-03, extract, CC BY 4.0"


@pytest.mark.parametrize("chart", ["mobility-chart", "students-to-panels", "programme-chart", "stock-chart"])
def test_a_chart_is_saved_as_png(reader: Reader, chart: str) -> None:
    reader.open()
    content = reader.save(chart, "PNG").path().read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(content[16:20], "big") == 2 * 908
    assert len(content) > 20_000, "something is drawn on it"
    assert reader.complaints == []


# Hostile words


def test_hostile_words_in_the_data_are_words(reading: Reading, tmp_path: Path) -> None:
    place = Place(tmp_path / "raw", tmp_path / "warehouse")
    hostile = "=</script><img src=x onerror=document.title='owned'>"
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2018,1,,", f"26637,{hostile},2018,1,,"]))
    place.put("unesco_uis/2026-02/release.toml", f'title = "{hostile}"\ncitation = "{hostile}"\nlicence = "{hostile}"\n')
    assert place.refresh().code == 1
    with reading(file=place.warehouse / "report/index.html") as reader:
        reader.open()
        assert reader.complaints == []
        assert reader.page.title().startswith("Kazakhstan · Educational migration")
        assert reader.page.locator("img").count() == 0
        assert hostile in reader.part("mobility-chart", "credits")
        assert hostile in reader.page.locator("#ledger-body").inner_text()
        rows = rows_of(reader.save("terms-body", "CSV"))
        assert [(row["title"], row["citation"]) for row in rows] == [(f"'{hostile}", f"'{hostile}")], (
            "no formula for a spreadsheet"
        )


def test_a_line_does_not_join_two_sources(reading: Reading, tmp_path: Path) -> None:
    place = Place(tmp_path / "raw", tmp_path / "warehouse")
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2017,7,,", "26637,KAZ,2018,8,,"]))
    header = "DATAFLOW,LAST UPDATE,freq,unit,partner,isced11,sex,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG"
    totals = [f"ESTAT:EDUC_UOE_MOBS02(1.0),,A,NR,TOTAL,ED5-8,T,KZ,{year},9," for year in (2019, 2020)]
    place.put("eurostat/2026-04/data.csv", "\n".join([header, *totals, ""]))
    assert place.refresh().code == 0
    assert place.ask("SELECT year, source FROM student_mobility ORDER BY year")[1:3] == [(2018, "unesco_uis"), (2019, "eurostat")]
    with reading(file=place.warehouse / "report/index.html") as reader:
        reader.open()
        plot = reader.chart("mobility-chart").locator("[data-part=plot]")
        assert plot.locator("g.mark-symbol.role-mark path").count() == 4
        paths = [path.get_attribute("d") or "" for path in plot.locator("g.mark-line.role-mark path").all()]
        assert [path.count("L") for path in paths] == [1, 1]


# Keyboard, phone, screen reader


def test_the_keyboard_is_enough(reader: Reader) -> None:
    reader.open("#country=KAZ&lang=en")
    page = reader.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    reader.open("#country=KAZ&lang=en")
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_label("Country or group of countries")).to_be_focused()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid", "one sees where one is"
    reader.after(lambda: page.keyboard.type("Germany"))
    expect(page.locator("#lead-title")).to_have_text("Germany")
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Русский")).to_be_focused()
    reader.after(lambda: page.keyboard.press("Enter"))
    expect(page.locator("#lead-title")).to_have_text("Германия")
    page.locator("#mobility-chart summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#mobility-chart details table")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#mobility-chart .scroll")).to_be_focused()


def test_the_year_keeps_the_focus_when_it_was_chosen(reader: Reader) -> None:
    reader.open("#country=KAZ&lang=en&year=2018")
    year = reader.page.locator("#students-to-year")
    year.focus()
    reader.after(lambda: reader.page.keyboard.press("ArrowDown"))
    expect(reader.page.locator("#students-to-year")).to_be_focused()
    expect(reader.chart("students-to-chart").locator("h3")).to_contain_text("2017")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_needs_no_sideways_scrolling(reading: Reading, language: str) -> None:
    with reading(viewport=PHONE) as reader:
        reader.open(f"#country=KAZ&lang={language}&year=2018")
        for details in reader.page.locator("details").all():
            details.evaluate("(element) => { element.open = true; }")
        assert reader.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        for plot in reader.page.locator("[data-part=plot]:visible").all():
            box, drawn = plot.bounding_box(), plot.locator("svg").bounding_box()
            assert box
            assert drawn
            assert drawn["width"] <= box["width"] + 1, "a chart is as wide as its place"
        assert reader.complaints == []


def test_charts_follow_the_window(reader: Reader) -> None:
    reader.open()
    svg = reader.chart("mobility-chart").locator("svg")
    wide = svg.bounding_box()
    reader.page.set_viewport_size({"width": 600, "height": 900})
    expect(reader.chart("mobility-chart").locator("[data-part=plot]")).to_have_attribute("data-drawn", "2")
    narrow = svg.bounding_box()
    assert wide
    assert narrow
    assert narrow["width"] < 600 < wide["width"]


def test_a_chart_says_in_words_what_it_shows(reader: Reader) -> None:
    reader.open("#country=KAZ&lang=en")
    picture = reader.page.get_by_role("img", name="Kazakhstan: students abroad and from abroad")
    expect(picture).to_have_accessible_description(re.compile("Students abroad: 20,468 in 2000, 75,396 in 2023"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(reading: Reading, scheme: Scheme, viewport: ViewportSize, language: str) -> None:
    with reading(viewport=viewport, scheme=scheme) as reader:
        reader.open(f"#country=KAZ&lang={language}&year=2018")
        for details in reader.page.locator("details").all():
            details.evaluate("(element) => { element.open = true; }")
        found = Axe().run(reader.page).response
    problems = [(one["id"], one["nodes"][0]["html"][:200], len(one["nodes"])) for one in found["violations"]]
    assert problems == []
    assert len(found["passes"]) > 25
