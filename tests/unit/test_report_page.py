"""The words, numbers and packing of the report, and the charts it draws: what a reader of any of its languages meets."""

import base64
import gzip
import json
import re
from importlib.resources import files
from pathlib import Path

import polars as pl
import pycountry
import pytest

from edumig_pipeline.model.codes import OBS_STATUS, VERDICT
from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.report.charts import library, written_specs
from edumig_pipeline.report.data import Limits
from edumig_pipeline.report.labels import LANGUAGES, country_names, labels, number_signs
from edumig_pipeline.report.packing import columns, packed
from edumig_pipeline.sources.downloads import Cadence

ASSETS = files("edumig_pipeline.report.assets")
OWN_SCRIPTS = [
    asset.read_text(encoding="utf-8") for asset in ASSETS.iterdir() if asset.name.endswith(".js") and asset.name != "vega.js"
]
TEMPLATE = ASSETS.joinpath("page.html.j2").read_text(encoding="utf-8")
SPECS = ASSETS.joinpath("charts.json").read_text(encoding="utf-8")
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def unpacked(text: str) -> object:
    return json.loads(gzip.decompress(base64.b64decode(text)))


# Words


@pytest.mark.parametrize("key", sorted(labels()))
def test_every_label_is_there_in_every_language(key: str) -> None:
    texts = labels()[key]
    assert set(texts) == set(LANGUAGES)
    assert all(text == text.strip() and text for text in texts.values())
    assert len({frozenset(PLACEHOLDER.findall(text)) for text in texts.values()}) == 1, "each language says the same"


def test_russian_and_kazakh_are_not_left_in_english() -> None:
    same = {key for key, texts in labels().items() if texts["ru"] == texts["en"] or texts["kk"] == texts["en"]}
    assert same == {"status_with_code"}


def words_asked_for() -> tuple[set[str], set[str]]:
    """Keys that scripts, template and charts name, and the beginnings of those that they put together."""
    text = "\n".join(OWN_SCRIPTS)
    quoted = set(re.findall(r'"([a-zA-Z][\w]*)"', text + TEMPLATE)) | set(re.findall(r'"t:(\w+)"', SPECS))
    return quoted | set(re.findall(r"\bt\.(\w+)", TEMPLATE)), set(re.findall(r"`([a-z_]+_)\$\{", text))


def test_every_word_the_page_asks_for_is_there() -> None:
    said = set(re.findall(r'\bsay\("(\w+)"', "\n".join(OWN_SCRIPTS)))
    headed = set(re.findall(r'this\.(?:column|text|amount)\("\w+", "(\w+)"', "\n".join(OWN_SCRIPTS)))
    drawn = set(re.findall(r'"t:(\w+)"', SPECS))
    shown = set(re.findall(r"\bt\.(\w+)", TEMPLATE)) | set(re.findall(r'"(nav_\w+)"', TEMPLATE))
    assert min(map(len, (said, headed, drawn, shown))) > 5
    assert (said | headed | drawn | shown) - set(labels()) == set()


def test_no_word_is_left_over() -> None:
    whole, beginnings = words_asked_for()
    put_together = ("students_to_", "students_from_", "migrants_to_", "migrants_from_", "lead_", "area_")
    unused = {key for key in labels() if key not in whole and not key.startswith((*beginnings, *put_together))}
    assert unused == set()


@pytest.mark.parametrize("status", OBS_STATUS)
def test_every_status_has_its_words(status: str) -> None:
    assert f"status_{status}" in labels()


@pytest.mark.parametrize("verdict", VERDICT)
def test_every_verdict_has_its_words_and_what_they_mean(verdict: str) -> None:
    assert {f"verdict_{verdict}", f"verdict_{verdict}_means"} <= set(labels())


@pytest.mark.parametrize("cadence", list(Cadence))
def test_every_cadence_has_its_words(cadence: Cadence) -> None:
    assert f"cadence_{cadence.value}" in labels()


def test_every_harmonised_indicator_has_its_words_and_the_english_ones_are_the_warehouses() -> None:
    names = dict(harmonised().select("indicator", "name").iter_rows())
    assert {code: labels()[f"indicator_{code}"]["en"] for code in names} == names


# Names and numbers


def test_every_country_has_a_name_in_every_language() -> None:
    codes = [(country.alpha_3, country.alpha_2) for country in pycountry.countries]
    names = country_names(codes)
    assert {language: set(found) for language, found in names.items()} == {
        language: {code for code, _ in codes} for language in LANGUAGES
    }
    assert [names[language]["KAZ"] for language in LANGUAGES] == ["Kazakhstan", "Казахстан", "Қазақстан"]


def test_an_area_without_two_letters_has_no_name_of_unicodes() -> None:
    assert country_names([("uis:SDG: Asia", None), ("XKX", "ZZZ")]) == {"en": {}, "ru": {}, "kk": {}}


def test_numbers_are_written_by_language() -> None:
    assert number_signs() == {
        "en": {"group": ",", "decimal": "."},
        "ru": {"group": "\u00a0", "decimal": ","},
        "kk": {"group": "\u00a0", "decimal": ","},
    }


# Packing


def test_a_table_comes_out_as_it_went_in() -> None:
    frame = pl.DataFrame(
        {
            "area": ["KAZ", None, "AUS", "KAZ"],
            "value": [1.5, None, float("nan"), float("inf")],
            "rows": [1, 2, 3, None],
            "day": pl.Series(["2026-02-09", None, None, "2020-01-01"]).str.to_date(),
        }
    )
    table = unpacked(packed(columns(frame)))
    assert table == {
        "rows": 4,
        "columns": {
            "area": {"values": ["AUS", "KAZ"], "codes": [1, -1, 0, 1]},
            "value": {"numbers": [1.5, None, None, None]},
            "rows": {"numbers": [1, 2, 3, None]},
            "day": {"values": ["2020-01-01", "2026-02-09"], "codes": [1, -1, -1, 0]},
        },
    }


@pytest.mark.parametrize(
    "hostile", ["</script><script>alert(1)</script>", "<!--", "\u2028\u2029", '"><img src=x onerror=alert(1)>', "&lt;"]
)
def test_nothing_packed_is_markup(hostile: str) -> None:
    text = packed({"name": hostile})
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", text)
    assert unpacked(text) == {"name": hostile}


def test_the_same_content_is_packed_the_same() -> None:
    assert packed({"a": [1, 2, "Қ"]}) == packed({"a": [1, 2, "Қ"]})


def test_what_json_has_not_is_an_error() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        packed({"a": float("nan")})


# Charts


def test_the_charts_kept_are_those_that_altair_makes() -> None:
    assert written_specs() == SPECS, "renew them with `make charts`"


def test_the_library_kept_is_the_one_of_the_locked_version() -> None:
    assert library() == ASSETS.joinpath("vega.js").read_text(encoding="utf-8"), "renew it with `make charts`"


def test_numbers_of_people_begin_at_nought() -> None:
    for name, spec in json.loads(SPECS).items():
        for layer in spec.get("spec", spec)["layer"]:
            if "axis" in layer["encoding"].get("y", {}) and layer["encoding"]["y"]["type"] == "quantitative":
                assert layer["encoding"]["y"]["scale"]["zero"] is True, name
            if layer["encoding"].get("x", {}).get("field") in {"value", "place"}:
                assert layer["encoding"]["x"]["scale"]["domainMin"] == 0, name


# What the documentation promises


def test_the_bounds_in_the_documentation_are_those_of_the_page() -> None:
    text = " ".join((Path(__file__).parents[2] / "docs/report.md").read_text(encoding="utf-8").split())
    limits = Limits()
    assert f"the {limits.partners} largest partner countries" in text
    assert f"the {limits.differences} largest differences between sources and the {limits.revisions} largest revisions" in text
    assert f"up to {limits.refusals} rules and files" in text
