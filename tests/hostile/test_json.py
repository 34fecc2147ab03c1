"""JSON that says one thing twice, or what no text can hold, is refused by name, however deep or large.

Here: what was once let in or ended a refresh. Not here: replies of a publisher as such.
"""

import json
from pathlib import Path

import pytest

from edumig_pipeline.sources.reading import rawfile
from tests.hostile.trial import landed, put
from tests.pipeline.conftest import uis
from tests.unit.test_unesco_uis_api import RECORD, reply

GOOD = uis(["26637,UZB,2018,5,,"]).encode()
TEXT = json.dumps(reply(RECORD))


def refusal(folder: Path, text: str | bytes) -> str:
    """Why a reply is refused; a good file beside it lands."""
    content = text if isinstance(text, bytes) else text.encode()
    tables = landed(folder, put(folder, "unesco_uis", {"a.json": content, "data.csv": GOOD}))
    assert tables.observations["ref_area"].to_list() == ["UZB"]
    ((name, why),) = tables.refusals.items()
    assert name == "a.json"
    return why


@pytest.mark.parametrize(("name", "other"), [("value", '"value": 7, '), ("records", '"records": [], ')])
def test_what_an_object_says_twice_is_not_believed_the_second_time(tmp_path: Path, name: str, other: str) -> None:
    text = TEXT.replace(f'"{name}": ', f'{other}"{name}": ')
    assert refusal(tmp_path, text) == f"json_syntax: this is no whole JSON: '{name}' stands twice in one object"


def test_half_a_character_ends_the_file_and_not_the_refresh(tmp_path: Path) -> None:
    assert "surrogates not allowed" in refusal(tmp_path, TEXT.replace('"KAZ"', '"\\ud800"'))


def test_a_whole_character_in_two_halves_is_read(tmp_path: Path) -> None:
    text = TEXT.replace('"UIS_EST"', '"\\ud83c\\uddf0"')
    tables = landed(tmp_path, put(tmp_path, "unesco_uis", {"a.json": text.encode()}))
    assert "🇰" in tables.quarantine["reason"].item()


@pytest.mark.parametrize("deep", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000, "[" * 100_000])
def test_json_nested_a_hundred_thousand_deep_is_refused(tmp_path: Path, deep: str) -> None:
    assert refusal(tmp_path, deep).startswith("json_syntax: this is no whole JSON: ")


def test_json_of_more_values_than_memory_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rawfile, "_JSON_VALUES", 10)
    assert "has more than 10 values; split the download" in refusal(tmp_path, "[" + "[]," * 20 + "[]]")


@pytest.mark.parametrize("text", ["x" * 2_000_000, ["x" * 2_000_000]])
def test_a_text_of_megabytes_is_refused(tmp_path: Path, text: object) -> None:
    """One of 100 MB was copied until the memory was full, and the process died."""
    assert "'geoUnit' has a text of more than 1,048,576" in refusal(tmp_path, TEXT.replace('"KAZ"', json.dumps(text)))


@pytest.mark.parametrize(
    "figure", ["NaN", "Infinity", "-Infinity", "1e400", "true", "[5]", '{"value": 5}', '"0x10"', '"٣"', "9" * 5000]
)
def test_a_figure_that_is_none_goes_to_quarantine(tmp_path: Path, figure: str) -> None:
    text = TEXT.replace('"value": 1.5', f'"value": {figure}')
    tables = landed(tmp_path, put(tmp_path, "unesco_uis", {"a.json": text.encode()}))
    assert tables.quarantine["rule"].to_list() == ["value_is_number"]
    assert tables.observations.is_empty()
