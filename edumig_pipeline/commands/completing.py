"""What the shell offers to complete: names of tables, releases, indicators, areas, claims and verdicts.

Belongs here: where those come from, as cheaply as each can be had; when there is nothing to offer, nothing is. Does not belong
here: whether a name is right, which the command itself says with what may have been meant.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

Known = Callable[[Path], Iterable[tuple[str, str | None]]]


class _Name(click.ParamType[str]):
    """A text that may be anything, and is offered what is known."""

    name = "text"

    def __init__(self, known: Known) -> None:
        self._known = known

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The known names that begin so, whatever the case."""
        del param
        # Somebody who presses a key must not be shown why there is nothing to offer.
        with suppress(Exception):
            known = self._known(Path(ctx.params.get("warehouse") or "warehouse"))
            begun = incomplete.lower()
            return [CompletionItem(code, help=name) for code, name in known if code.lower().startswith(begun)]
        return []


def _tables(_: Path) -> Iterable[tuple[str, str | None]]:
    from edumig_pipeline.model.catalogue import TABLES

    return [(table.name, table.description) for table in TABLES]


def _releases(warehouse: Path) -> Iterable[tuple[str, str | None]]:
    from edumig_pipeline.warehouse import Warehouse

    current = Warehouse(warehouse).current()
    return [(release, None) for release in sorted(current.releases)] if current else []


def _indicators(_: Path) -> Iterable[tuple[str, str | None]]:
    import csv
    from importlib.resources import files

    text = files("edumig_pipeline.model").joinpath("indicators.csv").read_text(encoding="utf-8")
    return [(row["indicator"], row["name"]) for row in csv.DictReader(text.splitlines())]


def _asked(question: str) -> Known:
    """The first two columns that answer a question to the warehouse."""

    def known(warehouse: Path) -> Iterable[tuple[str, str | None]]:
        from edumig_pipeline.answers.opening import opened

        with opened(warehouse) as published:
            rows: list[Any] = [tuple(row.values())[:2] for row in published.ask(question)]
        return rows

    return known


TABLE, RELEASE, INDICATOR = _Name(_tables), _Name(_releases), _Name(_indicators)
AREA, CLAIM, SECTION = _Name(_asked("known_areas")), _Name(_asked("known_claims")), _Name(_asked("known_sections"))
