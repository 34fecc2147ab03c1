"""The second half of the spoilt files of `test_mutations`."""

from tests.hostile.rounds import halves_of_suite, of_round
from tests.hostile.tally import faults
from tests.hostile.worker import run


def test_no_spoilt_file_breaks_a_promise() -> None:
    _, rounds = halves_of_suite()
    done = run(rounds.start, rounds.stop)
    assert faults(done.tried) == []
    assert len(done.tried) == sum(len(of_round(number)) for number in rounds)
