"""Texts that a spreadsheet would take for a formula when it opens a file, and how they are kept texts.

Belongs here: which texts those are. Does not belong here: writing a file.

The characters are those that OWASP names for CSV injection, full-width forms among them, also behind blanks and apostrophes.
"""

import re

import polars as pl

# Both the regular expressions of Python and of polars read it. Blanks are those of Unicode; U+0000 and U+FEFF pass for nothing.
_PATTERN = "^(?:'*[\\s\x00\ufeff]*[=+@＝＋－＠-]|'*[\t\r\n])"
_FORMULA = re.compile(_PATTERN)


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula."""
    return _FORMULA.match(text) is not None


def disarmed(column: pl.Expr) -> pl.Expr:
    """The texts of a column, with an apostrophe before each that looks like a formula.

    No two texts become the same: taking one apostrophe from each text that still looks like a formula gives them back.
    """
    return column.str.replace(_PATTERN, "'${0}")
