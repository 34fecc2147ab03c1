"""Dagster's page, as a person who runs `make ui` sees it."""

import re
from collections.abc import Iterator

import pytest

from edumig_pipeline.definitions import defs
from edumig_pipeline.sources.registry import sources
from tests.browser.conftest import WEB_SERVER_AND_DAEMON, Browser, Server, serving

GROUPS = {"raw", "observations", "reference", "marts", "warehouse"}
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


def test_the_code_is_loaded(browser: Browser, server: Server) -> None:
    texts = browser.look(f"{server.url}/deployment", "deployment")
    assert {"1 code location", "edumig_pipeline", "Loaded"} <= set(texts)
    assert complaints(texts) == []


def test_the_catalogue_lists_every_asset(browser: Browser, server: Server) -> None:
    texts = browser.look(f"{server.url}/assets", "catalogue")
    names = {key.to_user_string() for key in defs().resolve_all_asset_keys()}
    assert names - set(texts) == set()
    fetched = {name for name in names if name.endswith("_raw")}  # by no refresh: that needs no network
    assert texts.count("Materialized") == len(names - fetched)
    assert texts.count("Never materialized") == len(fetched)
    assert complaints(texts) == []


def test_the_graph_shows_the_groups(browser: Browser, server: Server) -> None:
    texts = browser.look(f"{server.url}/asset-groups", "graph")
    assert "Global asset lineage" in texts
    assert all(texts.count(group) >= 2 for group in GROUPS), "each group stands in the list and in the graph"
    assert complaints(texts) == []


def test_schedules_and_sensor_are_there_to_be_turned_on(browser: Browser, server: Server) -> None:
    texts = browser.look(f"{server.url}/automation", "automation")
    fetching = {f"{source.id}_schedule" for source in sources().values() if source.downloads}
    assert {"daily_refresh", "raw_changes"} | fetching <= set(texts)
    assert complaints(texts) == []


def test_the_outcome_of_validation_is_shown(browser: Browser, server: Server) -> None:
    texts = browser.look(f"{server.url}/assets/unesco_uis_observations?view=checks", "check")
    assert {"every_row_obeys_every_rule", "Passed", "rows_read", "rows_quarantined"} <= set(texts)
    assert complaints(texts) == []


def test_nothing_warns_where_it_was_started(server: Server) -> None:
    assert [line for line in server.output().splitlines() if "warning" in line.lower()] == []
