"""A reader of RFC 4180 that shares nothing with the writer, and tells an empty field from an empty text in quotes.

Belongs here: reading. Does not belong here: any test.
"""

import re
from pathlib import Path

# A field in quotes, or without any; then what ends it.
_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\Z)')


def records(path: Path, encoding: str = "utf-8") -> list[list[str | None]]:
    """All records; a field that is empty and has no quotes is None. Raises ValueError where the text goes by no rule."""
    text = path.read_bytes().decode(encoding)
    found: list[list[str | None]] = [[]]
    position = 0
    while position < len(text):
        if not (match := _FIELD.match(text, position)):
            raise ValueError(f"no field at {position}: {text[position : position + 40]!r}")
        quoted, plain, end = match.groups()
        found[-1].append(quoted.replace('""', '"') if quoted is not None else plain or None)
        position = match.end()
        if end == "\r\n":
            found.append([])
        elif not end:
            raise ValueError("the last record has no end")
    if found.pop():
        raise ValueError("the last record has no end")
    return found
