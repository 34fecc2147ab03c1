"""Any text at all, as a file of any layout: it lands, is quarantined or refused, and every row of it is accounted for.

Here: what hypothesis makes up. Not here: mutations of good files (`test_mutations`), which come nearer to what publishers write.
"""

import csv
import io
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.samples import Sample, samples
from tests.hostile.texts import FIGURES, delimiter_of
from tests.hostile.trial import land

# The same examples on every run where CI is set; others by hand, so that more is found.
bounded = settings(
    max_examples=3,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TABLES = [name for name, sample in samples().items() if sample.kind == "table" and sample.origin != "published"]
REPLIES = [name for name, sample in samples().items() if sample.kind == "json" and sample.origin != "published"]

_CELLS = st.one_of(st.sampled_from(FIGURES), st.text(max_size=20), st.integers(1900, 2100).map(str))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(FIGURES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def broken(sample: Sample, content: bytes) -> list[str]:
    """The promises that a file of this content breaks."""
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "here"
        inside.mkdir()
        (found,) = land(inside, sample.source, {sample.name: content}).values()
    return list(found.faults)


@pytest.mark.parametrize("name", TABLES)
@bounded
@given(data=st.data())
def test_any_records_below_a_header_that_is_known(name: str, data: st.DataObject) -> None:
    sample = samples()[name]
    mark = delimiter_of(sample.content.decode("utf-8-sig"))
    rows = list(csv.reader(io.StringIO(sample.content.decode("utf-8-sig"), newline=""), delimiter=mark))
    header = next((number for number, row in enumerate(rows) if len(row) > 2), 0)
    width = len(rows[header])
    # Some cells of good records are other ones, and some records are nothing but other cells.
    for row in rows[header + 1 :]:
        for at in data.draw(st.sets(st.integers(0, len(row) - 1), max_size=2)) if row else ():
            row[at] = data.draw(_CELLS)
    rows += data.draw(st.lists(st.lists(_CELLS, min_size=width, max_size=width), max_size=3))
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark, lineterminator=data.draw(st.sampled_from(("\n", "\r\n")))).writerows(rows)
    assert broken(sample, text.getvalue().encode()) == []


@pytest.mark.parametrize("name", REPLIES)
@bounded
@given(data=st.data())
def test_any_values_in_a_reply(name: str, data: st.DataObject) -> None:
    sample = samples()[name]
    reply = json.loads(sample.content)
    places: list[tuple[dict[str, object] | list[object], str | int]] = []

    def collect(value: object) -> None:
        if isinstance(value, dict | list):
            inner = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
            for key, item in inner:
                places.append((value, key))
                collect(item)

    collect(reply)
    for place in data.draw(st.sets(st.integers(0, len(places) - 1), min_size=1, max_size=4)):
        parent, key = places[place]
        parent[key] = data.draw(_VALUES)  # type: ignore[index]
    assert broken(sample, json.dumps(reply, ensure_ascii=False).encode()) == []


@bounded
@given(text=st.one_of(st.text(), st.binary(), st.text('\t\n\r",;#0x', min_size=5)), data=st.data())
def test_anything_at_all(text: str | bytes, data: st.DataObject) -> None:
    sample = samples()[data.draw(st.sampled_from([*TABLES, *REPLIES]))]
    assert broken(sample, text if isinstance(text, bytes) else text.encode()) == []
