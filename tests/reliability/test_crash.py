"""A refresh that is killed at any moment leaves the old state or the new one, and nothing that the next refresh does not sweep.

Here: a hundred kills. Not here: how they are done (`victim`), or more of them (`python -m tests.reliability.crashing`).
"""

from pathlib import Path

from tests.reliability.crashing import crashed

KILLS = 100


def test_a_killed_refresh_leaves_old_or_new_and_the_next_one_needs_no_help(tmp_path: Path) -> None:
    _, tally = crashed(tmp_path, KILLS, haste=True)
    assert tally.faults == []
    assert tally.killed >= KILLS
    assert set(tally.left) == {"old", "new"}, "before and after the flip"
