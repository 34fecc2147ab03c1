"""How answers are shown: as a table that fits the terminal, as text, or as one JSON object.

Belongs here: layout, and how a value reads. Does not belong here: what is shown (the commands), or files in a format of their
own (`answers/writing`).
"""

import json
import math
import shutil
import sys
import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import click

from edumig_pipeline.wording.printable import in_json, visible

JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, for programs.")

_NARROWEST = 16  # a column of text may be folded to this many characters; past that a row is shown as a list
_GAP = 2  # characters between columns
_UNBOUNDED = 10_000


def show_json(answer: object) -> None:
    """One JSON document: dates as ISO 8601 has them, what is no finite number as null."""
    click.echo(in_json(json.dumps(_plain(answer), ensure_ascii=False, indent=1, allow_nan=False)))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)


def width() -> int:
    """Characters of a line: those of the terminal, or what COLUMNS says; as many as it takes where nobody reads on a screen."""
    return shutil.get_terminal_size((0, 0)).columns or _UNBOUNDED


def say(text: str, indent: str = "") -> None:
    """A paragraph, folded to the terminal."""
    folded = textwrap.wrap(
        visible(text), width(), initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    click.echo("\n".join(folded))


def show_table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, absent: str = "", figures: Collection[str] = ()
) -> None:
    """Rows in aligned columns, numbers to the right; row by row as lists where they do not fit side by side.

    `absent` stands where there is no value; `figures` names the columns whose numbers get commas.
    """
    found = [list(row) for row in rows]
    headings = [visible(heading) for heading in headings]  # a query may make them of what is in the data
    comma = [heading in figures for heading in headings]
    texts = [[_text(value, absent, with_comma=one) for value, one in zip(row, comma, strict=True)] for row in found]
    natural = [max(map(_longest, column)) for column in zip(headings, *texts, strict=True)]
    numeric = [any(map(_is_number, column)) for column in zip(*found, strict=True)] or [False] * len(headings)
    least = [room if number else min(room, _NARROWEST) for room, number in zip(natural, numeric, strict=True)]
    if sum(least) + _GAP * (len(least) - 1) > width():
        _show_lists(headings, texts)
    else:
        _show_aligned(headings, texts, numeric, least, min(width(), sum(natural) + _GAP * len(natural)))


def _show_aligned(
    headings: Sequence[str], texts: Sequence[Sequence[str]], numeric: Sequence[bool], least: Sequence[int], room: int
) -> None:
    """Columns side by side in so much room; each has at least its least, and numbers are not folded."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0), header_style="")
    for heading, number, narrow in zip(headings, numeric, least, strict=True):
        table.add_column(Text(heading), justify="right" if number else "left", min_width=narrow, overflow="fold")
    for row in texts:
        table.add_row(*map(Text, row))
    lines = StringIO()
    Console(file=lines, width=room, color_system=None).print(table)
    click.echo("\n".join(line.rstrip() for line in lines.getvalue().splitlines()))


def _show_lists(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    room = max(map(len, headings))
    for number, row in enumerate(rows, start=1):
        click.echo(f"── {number} ──")
        for heading, text in zip(headings, row, strict=True):
            lines = textwrap.wrap(text, max(width() - room - 2, 20)) or [""]
            for name, line in zip([heading, *[""] * (len(lines) - 1)], lines, strict=True):
                click.echo(f"{name:<{room}}  {line}".rstrip())


def _text(value: object, absent: str, *, with_comma: bool) -> str:
    if value is None:
        return absent
    if with_comma and _is_number(value):
        return f"{value:,}" if isinstance(value, int) else figure(float(str(value)))
    return cell(value)


def _longest(text: str) -> int:
    return max(map(len, text.split("\n")))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def cell(value: object) -> str:
    """A value as a person reads it: a number without digits it does not have, a date as ISO 8601 has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _number(value, "")
    if isinstance(value, date):
        return value.isoformat()
    return visible(str(value))


def figure(value: float | None) -> str:
    """A figure in a sentence or a column of figures: with commas, and never 0 for one that is missing."""
    return "no number" if value is None else _number(value, ",")


def _number(value: float, comma: str) -> str:
    """Whole numbers in full; others to four decimals, below one to four significant digits."""
    if not math.isfinite(value) or abs(value) >= 1e15:
        return repr(value)
    if value == int(value):
        return format(int(value), f"{comma}d")
    if abs(value) < 1:
        return format(value, ".4g")
    return format(value, f"{comma}.4f").rstrip("0").rstrip(".")


def columns(rows: Sequence[Mapping[str, Any]], *names: str) -> list[list[Any]]:
    """These fields of rows, in this order."""
    return [[row[name] for name in names] for row in rows]


def note(text: str) -> None:
    """Something about an answer that is not part of it, on standard error."""
    click.echo(visible(text), file=sys.stderr)
