"""What a file is said to be, and what a refusal says: columns told apart, other sources asked.

Here: recognition and the first look at a file. Not here: any publisher's layout as such.
"""

import json
from pathlib import Path

import pytest

from edumig_pipeline.ingest.inventory import FoundFile
from edumig_pipeline.ingest.recognition import Recognised, Refused, recognise
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.registry import sources


def found(folder: Path, content: str | bytes, name: str = "x.csv", source: str = "unesco_uis") -> list[Recognised | Refused]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    return list(recognise(FoundFile(path, f"{source}/2026-02/{name}", None, None), source, sources(), scratch))


def refusal(folder: Path, content: str | bytes, name: str = "x.csv", source: str = "unesco_uis") -> str:
    (only,) = found(folder, content, name, source)
    assert isinstance(only, Refused)
    return str(only.why)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "indicator_id,land_id,year,value,magnitude,qualifier",
            "Compared with uis_bdds_data it lacks COUNTRY_ID and has unexpected land_id.",
        ),
        ("indicator_id,indicator_label_fr", "Compared with uis_bdds_label it lacks INDICATOR_LABEL_EN"),
        ("COUNTRY_ID,COUNTRY_NAME_EN,country_id", "Compared with uis_bdds_country it has twice COUNTRY_ID."),
        (
            "NATMON_IND,Indicator,LOCATION,Country,TIME,Time,Value,Flag.Codes,Flags",
            "Compared with uis_stat it lacks Flag Codes and has unexpected Flag.Codes.",
        ),
        ("continent,country_name", "fits; the file has columns continent, country_name. Tried: "),
    ],
)
def test_a_refusal_says_how_the_columns_differ_from_the_nearest_layout(tmp_path: Path, header: str, said: str) -> None:
    assert said in refusal(tmp_path, f"{header}\n")


def test_a_file_another_source_would_refuse_is_refused_in_the_words_of_its_own(tmp_path: Path) -> None:
    reply = json.dumps({"records": [], "hints": [], "surprise": []})
    assert "surprise" in refusal(tmp_path, reply, "x.json", "unesco_uis")
    message = refusal(tmp_path, reply, "x.json", "kz_article")
    assert message.startswith("known_layout: no layout of kz_article fits")


def test_the_first_look_may_end_within_a_character(tmp_path: Path) -> None:
    # One line, as interfaces send JSON; the look ends after 1 MiB, in the middle of a letter of two bytes.
    text = '["' + "é" * (1 << 20) + '"]'
    path = tmp_path / "x.json"
    for start in ("", " "):
        path.write_text(start + text, encoding="utf-8")
        raw = RawFile(path, "unesco_uis/2026-02/x.json")
        assert raw.text_fault is None
        assert raw.json == ["é" * (1 << 20)]


def test_a_text_that_ends_within_a_character_is_still_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("é".encode()[:1])
    assert "line 1 is not UTF-8" in str(RawFile(path, "unesco_uis/2026-02/x.csv").text_fault)
