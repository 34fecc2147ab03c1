"""The page's languages: its words, the names of countries and how numbers are written.

Belongs here: reading `labels.toml` and Unicode's CLDR through Babel. Does not belong here: any word (`labels.toml`).
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from babel import Locale

LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}


@cache
def labels() -> dict[str, dict[str, str]]:
    """Every label by key and language."""
    return tomllib.loads(files("edumig_pipeline.report").joinpath("labels.toml").read_text(encoding="utf-8"))


def country_names(areas: Iterable[tuple[str, str | None]]) -> dict[str, dict[str, str]]:
    """By language, the CLDR name of each of these areas (code, ISO 3166-1 alpha-2) that has one."""
    known = [(code, iso2) for code, iso2 in areas if iso2]
    return {
        language: {code: names[iso2] for code, iso2 in known if iso2 in names}
        for language in LANGUAGES
        for names in (Locale.parse(language).territories,)
    }


def number_signs() -> dict[str, dict[str, str]]:
    """By language, what stands between groups of three digits and before the fraction, as CLDR has it."""
    signs = {language: Locale.parse(language).number_symbols["latn"] for language in LANGUAGES}
    return {language: {name: str(sign[name]) for name in ("group", "decimal")} for language, sign in signs.items()}
