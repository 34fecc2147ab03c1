"""Texts from elsewhere made safe to show: a terminal obeys control characters, and a viewer of Markdown what looks like markup.

Belongs here: which characters act, and how they are spelt out. Does not belong here: what is shown (`commands/`, `defs/`,
`publish/findings`), or files for programs, which have every text exactly.
"""

import re

# Control characters, among them ESC and the one that does its work in a single byte; line ends that are none of ours; what
# turns the direction of the text behind it (Unicode Standard Annex 9); halves of characters.
_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# Characters of a line: a cell may have a hundred million, and the reason a layout is refused for has some thousands.
_LONGEST = 10_000
_MARKUP = re.compile(r"([\\`*\[\]<|~]|&(?=#?\w+;))")


def acts(text: str) -> bool:
    """Whether a text holds what a terminal would obey, a line end too, or what no table can hold."""
    return _ACTING.search(text) is not None


def visible(text: str) -> str:
    """The text with all that is not to be seen spelt out, as Python writes it, but for line ends."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign == "\n" else repr(sign)[1:-1] for sign in text)


def on_one_line(text: str) -> str:
    """The text with all that is not to be seen spelt out, line ends too, so that it cannot pass for a line of ours; or cut."""
    shown = visible(text[: _LONGEST + 1]).replace("\n", "\\n")
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def in_markdown(text: str) -> str:
    """The text as a cell of a Markdown table: it reads the same, and no part of it is markup, an image or an element."""
    return _MARKUP.sub(r"\\\1", on_one_line(text.replace("\n", " ")))


def in_json(text: str) -> str:
    """JSON with characters that act as escapes: the same values, and a terminal sees nothing to obey."""
    return _ACTING.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)
