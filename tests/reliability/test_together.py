"""Ten readers ask without pause while twenty refreshes run: none sees an error, or two states mixed.

Here: that. Not here: how it is done (`together`, `reading`), or longer (`python -m tests.reliability.together 10 200`).
"""

from pathlib import Path

from tests.reliability.together import read_together


def test_readers_see_one_state_or_another_whatever_refreshes_do(tmp_path: Path, haste: None) -> None:
    del haste
    tally = read_together(tmp_path, readers=10, refreshes=20, niceness=10)
    assert tally.faults == []
    assert min(tally.readers) > 0
    assert set(tally.states) == {0, 1, 2}
