"""Dagster's page, as a person who runs `make ui` sees it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from edumig_pipeline.definitions import defs
from edumig_pipeline.sources.registry import sources
from tests.browser.conftest import WEB_SERVER_AND_DAEMON, Server, serving

GROUPS = {"raw", "observations", "reference", "accounting", "marts", "evidence", "warehouse"}
# What stands right of what, at the zoom the page chooses on a laptop.
COLUMNS = (("raw",), ("observations",), ("reference", "marts"), ("evidence", "accounting"), ("warehouse",))
WIDTH, HEIGHT = 1440, 900  # of a laptop's window, as the fixture opens it
LEGIBLE = 10  # pixels that a line of the graph's text is high
COMPLAINT = re.compile(
    r"\b(errors?|warnings?|fail(s|ed|ures?)?|could not|can't|cannot|not found|missing|community)\b", re.IGNORECASE
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """What `make ui` starts, with everything materialised once."""
    folder = tmp_path_factory.mktemp("page")
    with serving(WEB_SERVER_AND_DAEMON, folder / "dagster", folder / "warehouse") as server:
        run = server.run("refresh")
        assert run.status == "SUCCESS", server.output()
        yield server


def complaints(texts: list[str]) -> list[str]:
    """Texts that tell of something wrong, or that cover the page; the project's own descriptions may use any word."""
    graph = defs().resolve_asset_graph()
    own = [graph.get(key).description or "" for key in graph.get_all_asset_keys() | graph.asset_check_keys]
    return [text for text in texts if COMPLAINT.search(text) and not any(text in description for description in own)]


def read(page: Page, url: str, until: str) -> list[str]:
    """All texts of the page at `url`, each where it stands alone, once `until` is among them."""
    page.goto(url)
    page.get_by_text(until, exact=True).first.wait_for()
    page.wait_for_load_state("networkidle")
    texts: list[str] = page.locator("body").evaluate(
        """body => {
            const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT), texts = [];
            while (walker.nextNode())
                if (!walker.currentNode.parentElement.closest("script, style, noscript"))
                    texts.push(walker.currentNode.data.trim());
            return texts.filter(text => text);
        }"""
    )
    return texts


def test_the_code_is_loaded(page: Page, server: Server) -> None:
    texts = read(page, f"{server.url}/deployment", "Loaded")
    assert {"1 code location", "edumig_pipeline", "Loaded"} <= set(texts)
    assert complaints(texts) == []


def test_the_catalogue_lists_every_asset(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1440, "height": 4000})  # lists are cut at the window
    page.goto(f"{server.url}/assets")
    names = {" / ".join(key.path) for key in defs().resolve_all_asset_keys()}
    by_no_refresh = {name for name in names if name.startswith("raw / ")}  # that needs no network
    expect(page.get_by_text("Materialized", exact=True)).to_have_count(len(names - by_no_refresh))
    texts = read(page, f"{server.url}/assets", "student_mobility")
    words = " ".join(texts)
    assert [name for name in names if name not in words] == []
    assert complaints(texts) == []


def test_schedules_and_sensor_are_there_to_be_turned_on(page: Page, server: Server) -> None:
    texts = read(page, f"{server.url}/automation", "daily_refresh")
    fetching = {f"{source.id}_schedule" for source in sources().values() if source.downloads}
    assert {"daily_refresh", "raw_changes"} | fetching <= set(texts)
    assert complaints(texts) == []


def test_the_outcome_of_validation_is_shown(page: Page, server: Server) -> None:
    texts = read(page, f"{server.url}/assets/observations/unesco_uis?view=checks", "rows_read")
    assert {"every_row_obeys_every_rule", "Passed", "rows_read", "rows_quarantined"} <= set(texts)
    assert complaints(texts) == []


def box(found: Locator) -> tuple[float, float, float, float]:
    """Where something is on the page: left, top, width, height."""
    found.wait_for()
    place = found.bounding_box()
    assert place
    return place["x"], place["y"], place["width"], place["height"]


def test_the_graph_reads_from_left_to_right_at_the_zoom_it_opens_with(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/asset-groups")
    page.wait_for_load_state("networkidle")
    graph = page.locator("foreignObject")
    boxes = {group: box(graph.get_by_text(group, exact=True).locator("visible=true").first) for group in GROUPS}
    lefts = [[boxes[group][0] for group in groups] for groups in COLUMNS]
    assert [max(column) - min(column) < 2 for column in lefts] == [True] * len(COLUMNS), "groups of a column stand together"
    assert [column[0] for column in lefts] == sorted(column[0] for column in lefts)
    for left, top, width, height in boxes.values():
        assert left > 0
        assert left + width <= WIDTH
        assert 0 < top < HEIGHT
        assert height >= LEGIBLE


def test_publishers_are_named_in_full_in_the_graph(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/assets/observations?view=lineage")
    graph = page.locator("foreignObject")
    for source in sources():
        graph.get_by_text(source, exact=True).locator("visible=true").first.wait_for()


def test_a_table_shows_what_it_is_where_it_comes_from_and_a_picture(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/assets/student_mobility")
    picture = page.get_by_alt_text("Students from KAZ abroad, by year")
    picture.wait_for()
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 300, "the page does not refuse it"
    for text in ("Row count", "analysis", "outbound_students_status", "88,010", "CC BY-SA 4.0", "edumig.main.student_mobility"):
        expect(page.get_by_text(text, exact=True).locator("visible=true").first).to_be_visible()
    expect(page.get_by_text("The source is the one that comes first in the code list")).to_be_visible()
    expect(page.get_by_text("[Show Markdown]")).to_have_count(0)


def test_a_publisher_shows_what_it_offers_under_which_licence(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/assets/raw/unesco_uis")
    for text in ("bdds_opri", "UNESCO Institute for Statistics", "collection"):
        expect(page.get_by_text(text, exact=True).locator("visible=true").first).to_be_visible()
    page.goto(f"{server.url}/assets/raw/kz_article")
    expect(page.get_by_text("External Asset")).to_be_visible()
    expect(page.get_by_text("raw/kz_article/<release>/")).to_be_visible()


def test_checks_show_their_numbers(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/assets/claim_checks?view=checks")
    expect(page.get_by_text("77 claims checked, 30 of them with evidence")).to_be_visible()
    expect(page.get_by_text("no_evidence").first).to_be_visible()


def test_a_run_says_which_releases_it_read(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/runs")
    expect(page.get_by_text("edumig/unesco_uis: 2026-02")).to_be_visible()


def test_nothing_warns_where_it_was_started(server: Server) -> None:
    assert [line for line in server.output().splitlines() if "warning" in line.lower()] == []
