"""What became of many hostile files, counted: for the tests, and as the tables of `docs/reliability.md`.

Here: counting and Markdown. Not here: trying files (`worker`).
"""

from collections import Counter
from collections.abc import Sequence

from tests.hostile.samples import samples
from tests.hostile.worker import Run, Tried

OUTCOMES = ("landed", "quarantined", "refused", "died")


def faults(tried: Sequence[Tried]) -> list[str]:
    """A line for each file that broke a promise, short enough to be read in a test's report; what to run to see it again."""
    return [
        f"{one.mutation} of {one.sample}: {one.outcome}: {'; '.join(one.faults)[-1500:]}; "
        f"python -m tests.hostile.worker {one.round} {one.round + 1} '{one.sample}'"
        for one in tried
        if one.faults or one.outcome not in OUTCOMES[:3]
    ]


def by_layout(tried: Sequence[Tried]) -> str:
    """A Markdown table of files tried by layout and outcome, with faults, and a last line for all."""
    layouts = {name: sample.layout for name, sample in samples().items()}
    rows: dict[str, Counter[str]] = {layout: Counter() for layout in sorted(set(layouts.values()))}
    for one in tried:
        rows[layouts[one.sample]].update(["tried", one.outcome, *(["faults"] if one.faults else [])])
    columns = ("tried", *OUTCOMES, "faults")
    lines = [f"| layout | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    total: Counter[str] = Counter()
    for layout, counts in rows.items():
        total.update(counts)
        lines.append(f"| `{layout}` | {' | '.join(f'{counts[name]:,}' for name in columns)} |")
    lines.append(f"| all | {' | '.join(f'{total[name]:,}' for name in columns)} |")
    return "\n".join(lines)


def of_costs(run: Run) -> str:
    """What the files cost, in a sentence."""
    return (
        f"The slowest release of up to a dozen files took {run.seconds:.1f} s, and no process had more than "
        f"{run.peak / (1 << 20):,.0f} MiB of memory."
    )
