"""The article's figures in raw/kz_article: tables that add up, statements that parse and stand in the text.

Only the transcription belongs here. Whether a statement is true is the claim checks' subject.
"""

import csv
import math
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "raw" / "kz_article" / "2021"
ARTICLE = ROOT.parent / "shared" / "data" / "article" / "article_ru.txt"

COMPARATORS = {"eq", "about", "almost", "over", "under", "at_least"}
COMPARATOR_OF = {"почти": "almost", "около": "about", "примерно": "about", "менее": "under"} | dict.fromkeys(
    ("более", "более чем", "превысило", "превышает"), "over"
)
COMPARATOR_WORD = rf"\b({'|'.join(COMPARATOR_OF)})(?: на| в)? $"
KEY = ("indicator", "ref_area", "counterpart_area", "sex", "breakdown", "time_period")
MULTIPLIERS = {"тыс": 1e3, "млн": 1e6, "млрд": 1e9}
IN_WORDS = {"четвертью": 25.0, "одной трети": 100 / 3, "полтора раза": 1.5}
UNIT_OF_SUFFIX = {"%": "PT", "раза": "RT", "долларов США": "USD"}

NUMBER = r"\d{1,3}(?: \d{3})+|\d+(?:,\d+)?"
FRACTION_WORD = r"\b(?:четверт(?:ь|и|ью)|трет(?:ь|и|ью)|половин\w+|полтора|вдвое|втрое)\b"
TABLE_1 = r"Таблица 1\..*?245 6412"
TABLE_2 = r"Таблица 2\..*?Азербайджан 6 18 10"
REFERENCE = r"\[[^]]*\]"
# Numbers of the running text that are no figures: dates, lengths of periods, numbers of tables and pictures.
NOT_FIGURES = (
    r"«Мировая миграция 2020»",
    r"(?:19|20)\d\d ?[-–] ?(?:19|20)\d\d (?:годах|годы|гг\.)",
    r"\b(?:19|20)\d\d(?: и (?:19|20)\d\d)? ?(?:г\b|год)",
    r"\bв (?:2017 их|2019 –)",
    r"последний 2020 год",
    r"1 полугоди[ие]",
    r"21 века",
    r"90-е годы",
    r"за 4 года",
    r"за 10 лет",
    r"COVID - 19",
    r"(?:табл|рис)\. ?\d",
    r"(?:Рисунок|рисунке) \d",
)


def table(name: str) -> list[dict[str, str]]:
    with (RELEASE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def statements() -> list[dict[str, str]]:
    return table("statements.csv")


def count(cell: str) -> int:
    return 0 if cell == "-" else int(cell)


def printed_value(printed: str) -> float:
    """The number a printed figure stands for, its multiplier word applied."""
    if printed in IN_WORDS:
        return IN_WORDS[printed]
    parts = re.match(rf"({NUMBER})(?: (тыс|млн|млрд))?", printed)
    assert parts, f"not a figure: {printed!r}"
    number = float(parts[1].replace(" ", "").replace(",", "."))
    return number * MULTIPLIERS.get(parts[2], 1.0)


def running_text() -> str:
    """The article's text without tables and reference numbers, hyphenation at line ends undone, spaces single."""
    if not ARTICLE.exists():
        pytest.skip("the article's text is not kept in this repository")
    text = re.sub(r"(?<=[^\W\d])-\n(?=[^\W\d])", "", ARTICLE.read_text(encoding="utf-8"))
    text = re.sub(r"\s+", " ", text)
    for left_out in (TABLE_1, TABLE_2, REFERENCE):
        text, hits = re.subn(left_out, "¶", text)
        assert hits, left_out
    return text


def places(text: str) -> list[re.Match[str]]:
    """Where each statement's figure stands, in order; figures printed once for two rows share their place."""
    found: list[re.Match[str]] = []
    for row in statements():
        figure = re.compile(rf"(?<![\d,]){re.escape(row['printed'])}(?![\d]|,\d)")
        place = figure.search(text, found[-1].end() if found else 0)
        if place is None and found and found[-1][0] == row["printed"]:
            place = found[-1]
        assert place, f"{row['claim_id']}: {row['printed']!r} is not in the text after the figure before it"
        found.append(place)
    return found


def test_table_1_adds_up_both_ways() -> None:
    rows = table("table_1.csv")
    assert list(rows[0]) == ["Год", "Европа", "США", "СНГ", "ЮВА", "Итого:"]
    assert [row["Год"] for row in rows] == [*map(str, range(2011, 2020)), "1 пол. 2020", "Итого:"]
    *years, total = rows
    for row in rows:
        assert sum(count(row[region]) for region in ("Европа", "США", "СНГ", "ЮВА")) == int(row["Итого:"])
    for column in ("Европа", "США", "СНГ", "ЮВА", "Итого:"):
        assert sum(count(row[column]) for row in years) == int(total[column])


def test_table_2_holds_whole_numbers() -> None:
    rows = table("table_2.csv")
    assert list(rows[0]) == ["Страна", "2018", "2019", "1 пол. 2020"]
    assert [row["Страна"] for row in rows] == ["Россия", "Кыргызстан", "Беларусь", "Узбекистан", "Азербайджан"]
    assert all(row[period].isdecimal() for row in rows for period in ("2018", "2019", "1 пол. 2020"))


def test_statements_are_numbered_in_order_and_keys_are_unique() -> None:
    rows = statements()
    assert [row["claim_id"] for row in rows] == [f"kz-{number:02d}" for number in range(1, len(rows) + 1)]
    keys = [tuple(row[column] for column in KEY) for row in rows]
    assert len(set(keys)) == len(keys)


def test_codes_dates_and_breakdowns_are_well_formed() -> None:
    for row in statements():
        claim = row["claim_id"]
        assert row["comparator"] in COMPARATORS, claim
        assert re.fullmatch(r"(\d{4}(-S[12]|/\d{4})?)?", row["time_period"]), claim
        assert re.fullmatch(r"[A-Z]{3}|KZ-\d\d|kz_article:[A-Z0-9_]+", row["ref_area"]), claim
        assert re.fullmatch(r"_T|[A-Z]{3}|kz_article:[A-Z0-9_]+", row["counterpart_area"]), claim
        if row["breakdown"] != "_T":
            pairs = row["breakdown"].split(";")
            assert all(re.fullmatch(r"[a-z_]+=\w+", pair) for pair in pairs), claim
            assert pairs == sorted(pairs), claim
            assert len({pair.partition("=")[0] for pair in pairs}) == len(pairs), claim


def test_printed_figures_are_the_claimed_values() -> None:
    for row in statements():
        claim = row["claim_id"]
        assert math.isclose(printed_value(row["printed"]), abs(float(row["claimed_value"]))), claim
        for suffix, unit in UNIT_OF_SUFFIX.items():
            assert not row["printed"].endswith(suffix) or row["unit_measure"] == unit, claim


def test_every_statement_stands_in_the_text_with_its_comparator() -> None:
    text = running_text()
    for row, place in zip(statements(), places(text), strict=True):
        before, after = text[: place.start()], text[place.end() :]
        word = re.search(COMPARATOR_WORD, before[-30:], re.IGNORECASE)
        said = COMPARATOR_OF[word[1].lower()] if word else "at_least" if after.startswith(" или более") else "eq"
        assert row["comparator"] == said, row["claim_id"]


def test_every_figure_of_the_text_is_a_statement() -> None:
    text = running_text()
    known = [place.span() for place in places(text)]
    for pattern in NOT_FIGURES:
        spans = [place.span() for place in re.finditer(pattern, text)]
        assert spans, f"excuses nothing: {pattern}"
        known += spans
    missed = [
        text[max(0, number.start() - 40) : number.end() + 20]
        for number in re.finditer(f"{NUMBER}|{FRACTION_WORD}", text)
        if not any(start <= number.start() and number.end() <= end for start, end in known)
    ]
    assert missed == []
