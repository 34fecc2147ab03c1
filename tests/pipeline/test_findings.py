"""The page of findings says what the tables say, and the copy in docs/ is the one the shipped raw files make."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edumig_pipeline.model.codes import VERDICT
from tests.pipeline.conftest import ROOT, Place, uis


def test_the_page_in_docs_is_up_to_date(shipped_folder: Path) -> None:
    page = (shipped_folder / "findings.md").read_text(encoding="utf-8")
    assert page == (ROOT / "docs/findings.md").read_text(encoding="utf-8"), "renew it with `make findings`"


def test_every_verdict_and_every_claim_that_was_checked_is_on_it(
    shipped_folder: Path, shipped: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    page = (shipped_folder / "findings.md").read_text(encoding="utf-8")
    assert all(f"| {verdict} |" in page for verdict in VERDICT)
    for (sentence,) in shipped("SELECT explanation FROM claim_checks WHERE verdict <> 'no_evidence'"):
        assert sentence in page


@pytest.mark.parametrize("section", ["The article, checked", "Where sources part", "What publishers revised", "add up"])
def test_a_warehouse_without_any_of_it_has_the_page_all_the_same(place: Place, section: str) -> None:
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2018,1,,"]))
    place.refresh()
    assert section in (place.warehouse / "findings.md").read_text(encoding="utf-8")


def test_the_page_follows_what_changed(place: Place) -> None:
    place.put("unesco_uis/2025-02/data.csv", uis(["26637,KAZ,2018,1,,"]))
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2018,1,,"]))
    place.refresh()
    before = (place.warehouse / "findings.md").read_text(encoding="utf-8")
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2018,2,,"]))
    place.refresh()
    after = (place.warehouse / "findings.md").read_text(encoding="utf-8")
    assert "| inbound_students | _T | 2018 | 2025-02 | 1 | 2026-02 | 2 | 1 |" in after
    assert "| 2026-02 | 2 |" not in before
