"""Somebody who reads the report in a browser.

Belongs here: what such a person can do. Does not belong here: what they should see, or finding a browser (`conftest`).
"""

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, Protocol

from playwright.sync_api import Download, Locator, Page, ViewportSize

DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 375, "height": 812}
LANGUAGES = ("en", "ru", "kk")
Scheme = Literal["light", "dark"]


class Reader:
    """Somebody who has the page open, and all that went wrong for them."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page, self.file = page, file
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, address: str = "") -> "Reader":
        """Go to the page, with that behind the number sign, and wait until everything is drawn."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.file.as_uri()}{address}")
        self.page.wait_for_selector("html[data-ready]", state="attached")
        return self

    def choose(self, country: str) -> None:
        """Choose a country from the list."""
        self.after(lambda: self.page.get_by_label("Country or group of countries").select_option(label=country))

    def after(self, act: Callable[[], object]) -> None:
        """Act, and wait until everything is drawn anew."""
        self.page.evaluate("delete document.documentElement.dataset.ready")
        act()
        self.page.wait_for_selector("html[data-ready]", state="attached")

    def chart(self, name: str) -> Locator:
        """A chart with all that belongs to it."""
        return self.page.locator(f"#{name}")

    def part(self, name: str, part: str) -> str:
        """What a part of a chart says."""
        return self.chart(name).locator(f"[data-part={part}]").inner_text()

    def table(self, name: str) -> list[list[str]]:
        """The table under a chart, opened."""
        details = self.chart(name).locator("details")
        if details.get_attribute("open") is None:
            details.locator("summary").click()
        return [row.locator("th, td").all_inner_texts() for row in details.locator("tbody tr").all()]

    def save(self, name: str, button: str) -> Download:
        """Press one of a chart's buttons."""
        with self.page.expect_download() as found:
            self.chart(name).get_by_role("button", name=button).click()
        return found.value


class Reading(Protocol):
    """Opens a browser for a new reader: a window of a size, in a colour scheme and a language, with a page to read."""

    def __call__(
        self, viewport: ViewportSize = DESK, scheme: Scheme = "light", language: str = "en-US", file: Path | None = None
    ) -> AbstractContextManager[Reader]: ...


def rows_of(download: Download) -> list[dict[str, str]]:
    """The records of a saved CSV."""
    text = download.path().read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))
