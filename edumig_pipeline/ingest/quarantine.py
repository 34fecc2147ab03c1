"""Which bad rows of a part are listed one by one, and how the others are counted.

Belongs here: the cap and the closing rows beyond it. Does not belong here: rules (`model/`) or reasons (`validation`).
"""

import json
from collections import Counter

import polars as pl

# Bad rows listed per rule and file, member or sheet. Who has read so many knows what is wrong with the file; one closing row is
# written for all the others: without raw_row, its raw_row_json says how many they are.
MOST_LISTED = 10_000

FAILURE_SCHEMA = {
    "raw_file": pl.String,
    "raw_row": pl.Int32,
    "rule": pl.String,
    "reason": pl.String,
    "raw_row_json": pl.String,
}


class Listing:
    """The bad rows of one file, member or sheet."""

    def __init__(self, raw_file: str) -> None:
        self._raw_file = raw_file
        self._found: Counter[str] = Counter()

    def admit(self, rules: pl.Series) -> pl.Series:
        """Which of further bad rows are to be listed, by the rule each of them broke first; the others are counted."""
        if rules.is_empty():
            return pl.Series(dtype=pl.Boolean)
        room = {rule: max(0, MOST_LISTED - self._found[rule]) for rule in rules.unique()}
        self._found.update(dict(rules.value_counts().iter_rows()))
        turn = pl.int_range(pl.len()).over("rule")
        return rules.to_frame("rule").select(turn < pl.col("rule").replace_strict(room, return_dtype=pl.Int64)).to_series()

    def closing_rows(self) -> pl.DataFrame:
        """A row of `quarantine` for each rule that more rows broke than are listed."""
        rows = [
            {
                "raw_file": self._raw_file,
                "rule": rule,
                "reason": f"{rule}: {found - MOST_LISTED:,} more rows broke this rule; the first {MOST_LISTED:,} are listed",
                "raw_row_json": json.dumps({"rows": found - MOST_LISTED}),
            }
            for rule, found in sorted(self._found.items())
            if found > MOST_LISTED
        ]
        return pl.DataFrame(rows, schema=FAILURE_SCHEMA)


def refusal(raw_file: str, rule: str, reason: str) -> pl.DataFrame:
    """The row of `quarantine` for what was refused as a whole: it accounts for no row."""
    return pl.DataFrame([{"raw_file": raw_file, "rule": rule, "reason": reason}], schema=FAILURE_SCHEMA)


def rows_accounted_for() -> pl.Expr:
    """How many bad rows a row of `quarantine` accounts for: 1, those not listed, or 0 for what was refused as a whole."""
    not_listed = pl.col("raw_row_json").str.json_path_match("$.rows").cast(pl.Int64)
    return pl.when(pl.col("raw_row").is_not_null()).then(1).otherwise(not_listed.fill_null(0))
