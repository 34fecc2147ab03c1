"""Two thousand spoilt files of all layouts land, are quarantined row by row or are refused; and nothing else happens.

Here: the first half of them, and that all together are what they should be. Not here: the second half (`test_more_mutations`, so
that two processors share them), or what a fault is (`trial`).
"""

from collections import Counter

from edumig_pipeline.sources.registry import sources
from tests.hostile.rounds import FILES_OF_SUITE, MUTATIONS, halves_of_suite, mutated, of_round
from tests.hostile.samples import samples
from tests.hostile.tally import faults
from tests.hostile.worker import run


def test_no_spoilt_file_breaks_a_promise() -> None:
    rounds, _ = halves_of_suite()
    done = run(0, rounds.stop)
    assert faults(done.tried) == []
    # Else what becomes of spoilt files says little.
    assert [one.sample for one in done.tried if one.round == 0 and one.outcome == "refused"] == []
    spoilt = [one for one in done.tried if one.round]
    assert len(spoilt) == sum(len(of_round(number)) for number in rounds)
    outcomes = Counter(one.outcome for one in spoilt)
    assert {outcome: count >= 50 for outcome, count in outcomes.items()} == dict.fromkeys(
        ("landed", "quarantined", "refused"), True
    )


def test_every_layout_that_a_source_declares_is_spoilt() -> None:
    declared = {layout.name for source in sources().values() for layout in source.layouts}
    assert sorted(declared ^ {sample.layout for sample in samples().values()}) == []


def test_two_thousand_files_are_spoilt_in_every_way() -> None:
    first, second = halves_of_suite()
    files = [(sample, *mutated(sample, number)) for number in (*first, *second) for sample in of_round(number)]
    assert {sample.id for sample, _, _, _ in files} == set(samples())
    different = {(sample.id, content) for sample, _, _, content in files if content != sample.content}
    assert len(different) >= FILES_OF_SUITE
    assert sorted(MUTATIONS ^ {mutation for _, mutation, _, _ in files}) == []
