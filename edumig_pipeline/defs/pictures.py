"""A series as a small picture that Markdown can hold, whole within its address.

Drawn here, as plain SVG: a charting library takes half a second to wake up, in every run, for the same two pictures. Markdown of
a thousand letters or more hides behind a link on the page, so that every letter counts.

Belongs here: drawing. Does not belong here: which series (`previews`).
"""

from collections.abc import Sequence
from urllib.parse import quote

_WIDTH, _TOP, _FLOOR, _HEIGHT = 360, 14, 110, 126
_SHARE = 0.7  # of its place that a column fills
_DARK, _LIGHT = "slateblue", "thistle"
_KEPT = "'=/:,;"  # letters an address may hold as they are


def column_chart(labels: Sequence[str], values: Sequence[float | None], light: Sequence[bool], title: str) -> str:
    """Markdown of a picture with a column for each value, dark or light, and a gap where there is none.

    The first and last label are written below, the largest value beside its column.
    """
    largest = max((value for value in values if value is not None), default=0.0) or 1.0
    step = _WIDTH / max(1, len(values))
    columns: dict[bool, list[str]] = {False: [], True: []}
    for number, (value, is_light) in enumerate(zip(values, light, strict=True)):
        if value is not None and value > 0:
            height = round((_FLOOR - _TOP) * value / largest)
            columns[is_light].append(f"M{round(step * (number + 0.5))},{_FLOOR}v-{max(1, height)}")
    peak = next((number for number, value in enumerate(values) if value == largest), 0)
    drawn = [
        f"<path d='{''.join(marks)}' stroke='{colour}' stroke-width='{round(step * _SHARE)}'/>"
        for marks, colour in ((columns[False], _DARK), (columns[True], _LIGHT))
        if marks
    ]
    texts = [
        _text(0, _HEIGHT - 3, "start", labels[0] if labels else ""),
        _text(_WIDTH, _HEIGHT - 3, "end", labels[-1] if labels else ""),
        _text(round(step * (peak + 0.5)), _TOP - 4, "end" if peak > len(values) / 2 else "start", f"{largest:,.0f}"),
    ]
    size = f"width='{_WIDTH}' height='{_HEIGHT}' font-size='10'"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' {size}>{''.join(drawn)}{''.join(texts)}</svg>"
    return f"![{title}](data:image/svg+xml,{quote(svg, safe=_KEPT)})"


def _text(left: int, top: int, anchor: str, text: str) -> str:
    return f"<text x='{left}' y='{top}' text-anchor='{anchor}'>{text}</text>"
