"""What somebody may have meant by a name that nothing has.

Belongs here: guessing among codes and their labels. Does not belong here: which codes there are (`extract`).
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from edumig_pipeline.exports.errors import UnknownNameError


def require_known(what: str, named: Sequence[str], labels: Mapping[str, str]) -> None:
    """Raise UnknownNameError for the first of the `named` codes that `labels` (label by code) does not have."""
    for name in named:
        if name in labels:
            continue
        likely = _likely(name, labels)
        if likely:
            hint = f"; did you mean {' or '.join(_shown(code, labels[code]) for code in likely)}?"
        elif len(labels) <= 40:
            hint = f"; known are {', '.join(labels)}"
        else:
            hint = f"; `edumig export csv --table {what}s` lists all of them"
        raise UnknownNameError(f"there is no {what} '{name}'{hint}")


def _likely(name: str, labels: Mapping[str, str]) -> list[str]:
    """Codes that look like the name, or whose label does."""
    by_text: dict[str, str] = {}
    for code, label in labels.items():
        by_text.setdefault(label.casefold(), code)
    by_text |= {code.casefold(): code for code in labels}
    if (exact := by_text.get(name.casefold())) is not None:
        return [exact]
    found = get_close_matches(name.casefold(), by_text, n=3, cutoff=0.7)
    return list(dict.fromkeys(by_text[text] for text in found))


def _shown(code: str, label: str) -> str:
    return f"{code} ({label})" if label and label != code else code
