"""Which samples are tried in a round, which mutation each gets, and how many rounds the test suite tries.

Here: choosing, the same each time for the same sample and round. Not here: mutations (`texts`, `documents`), or trying them
(`worker`).
"""

import random

from tests.hostile import documents, texts
from tests.hostile.samples import Sample, samples

# Mutated files that the suite tries at least; the same one twice, or one that is as it was, counts once or not at all.
FILES_OF_SUITE = 2_000

_OF_KIND = {
    "table": (*texts.TEXTS, *texts.TABLES),
    "json": (*texts.TEXTS, *documents.JSON),
    "workbook": documents.WORKBOOKS,
}
MUTATIONS = frozenset(mutate.__name__ for known in (*_OF_KIND.values(), texts.BYTES, documents.ARCHIVES) for mutate in known)
_TRIES = 20  # until a mutation changes anything


def of_round(number: int) -> list[Sample]:
    """The samples that are tried in a round: one of each layout, in turn where there are several; in round 0 all of them.

    Those of one source can lie in one release, and a release costs more than a file.
    """
    if number == 0:
        return list(samples().values())
    of_layout: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples().values():
        of_layout.setdefault((sample.source, sample.layout), []).append(sample)
    return [found[number % len(found)] for found in of_layout.values()]


def mutated(sample: Sample, number: int) -> tuple[str, str, bytes]:
    """The mutation, file name and content of a sample in a round; round 0 leaves it as it is."""
    if number == 0:
        return "nothing", sample.name, sample.content
    chance = random.Random(f"{sample.id}/{number}")
    if number % 12 == 0:
        pack = chance.choice(documents.ARCHIVES)
        return pack.__name__, f"{sample.name}.zip", pack(sample.content, chance, sample.name)
    if number % 3:
        known = _OF_KIND[sample.kind]
        mutate = known[number % len(known)]
    else:
        mutate = texts.BYTES[(number // 3 - number // 12) % len(texts.BYTES)]
    content = sample.content
    for _ in range(_TRIES):
        content = mutate(sample.content, chance)
        if content != sample.content:
            break
    return mutate.__name__, sample.name, content


def halves_of_suite() -> tuple[range, range]:
    """The rounds that the two test files of mutations try: together FILES_OF_SUITE files, all different, by every mutation."""
    different: set[tuple[str, bytes]] = set()
    used: set[str] = set()
    number = 0
    while len(different) < FILES_OF_SUITE or used != MUTATIONS:
        number += 1
        for sample in of_round(number):
            mutation, _, content = mutated(sample, number)
            used.add(mutation)
            if content != sample.content:
                different.add((sample.id, content))
    return range(1, number // 2 + 1), range(number // 2 + 1, number + 1)
