"""Frames as the page shows them: Markdown tables, and in them bars made of letters.

Belongs here: turning a few rows into Markdown. Does not belong here: which rows (`previews`), or pictures (`pictures`).
"""

from collections.abc import Sequence

import polars as pl

from edumig_pipeline.wording.printable import in_markdown

_LONGEST_CELL = 200
_EIGHTHS = "▏▎▍▌▋▊▉"
_WIDTH = 16  # of the longest bar, in letters


def markdown_table(frame: pl.DataFrame, longest: int = _LONGEST_CELL) -> str:
    """A small frame as a Markdown table. Years and codes stay as they are, other numbers get commas; long cells are cut."""
    plain = {name for name in frame.columns if name == "year" or name.startswith("year_")}
    rows = [
        [_cell(value, longest, plain=name in plain) for name, value in zip(frame.columns, row, strict=True)]
        for row in frame.iter_rows()
    ]
    numeric = [dtype.is_numeric() and name not in plain for name, dtype in frame.schema.items()]
    lines = [frame.columns, ["---:" if right else "---" for right in numeric], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object, longest: int, *, plain: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or plain:
        return str(value)
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() or abs(value) >= 1000 else f"{value:,.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    text = str(value)
    text = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return in_markdown(text)


def bars(values: Sequence[float]) -> list[str]:
    """A bar for each value, the largest one full."""
    largest = max(values, default=0.0)
    return [_bar(value, largest) for value in values]


def _bar(value: float, largest: float) -> str:
    if value <= 0:
        return ""
    whole, rest = divmod(max(1, round(8 * _WIDTH * value / largest)), 8)
    return "█" * whole + (_EIGHTHS[rest - 1] if rest else "")
