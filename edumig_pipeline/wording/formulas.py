"""Texts that a spreadsheet would take for a formula when it opens a file, and how they are kept texts.

Belongs here: which texts those are. Does not belong here: writing a file.

The characters are those that OWASP names for CSV injection, full-width forms among them, also behind blanks and apostrophes.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# Unicode's white space, spelt out: what \s stands for differs between the regular expressions that read this, which are those of
# Python, polars and Arrow. U+0000 and U+FEFF pass for nothing.
_BLANK = "[\\x00\\t\\n\\x0b\\x0c\\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
PATTERN = f"^(?:'*{_BLANK}*[=+@＝＋－＠-]|'*[\\t\\r\\n])"
_FORMULA = re.compile(PATTERN)


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula."""
    return _FORMULA.match(text) is not None


def disarmed(column: "pl.Expr") -> "pl.Expr":
    """The texts of a column, with an apostrophe before each that looks like a formula.

    No two texts become the same: taking one apostrophe from each text that still looks like a formula gives them back.
    """
    return column.str.replace(PATTERN, "'${0}")
