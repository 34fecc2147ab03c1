"""What somebody may have meant by a word that nothing goes by.

Belongs here: the likeness of words. Does not belong here: where the known words come from.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

_MOST = 3


def meant(word: str, known: Iterable[str] | Mapping[str, str]) -> list[str]:
    """The known words likest to `word`, likest first: the same in other letters alone, else those that hold it, then near ones.

    Of a mapping the values are looked at as well, and the keys returned: codes with their names.
    """
    texts: dict[str, str] = {}
    for code in known:
        texts.setdefault(code.lower(), code)
    if isinstance(known, Mapping):
        for code, name in known.items():
            texts.setdefault(name.lower(), code)
    asked = word.lower()
    if asked in texts:
        return [texts[asked]]
    # At the beginning of a word: Russia is not looked for in Byelorussia.
    begins = re.compile(rf"(?<![^\W_]){re.escape(asked)}")
    holding = [text for text in texts if len(asked) > 2 and begins.search(text)]
    holding.sort(key=lambda text: (not text.startswith(asked), len(text), text))
    near = [*holding[:_MOST], *get_close_matches(asked, texts, n=_MOST, cutoff=0.7)]
    return list(dict.fromkeys(texts[text] for text in near))[:_MOST]


def did_you_mean(word: str, known: Iterable[str] | Mapping[str, str]) -> str:
    """The end of a sentence that turns a word down: what may have been meant, or what there is."""
    names = known if isinstance(known, Mapping) else {}
    if found := meant(word, known):
        told = [f"{code} ({names[code]})" if names.get(code, code) not in code else code for code in found]
        return f"did you mean {' or '.join(told)}?"
    listed = sorted(known)
    return f"known are {', '.join(listed)}" if len(listed) <= 40 else "nothing known is like it"
