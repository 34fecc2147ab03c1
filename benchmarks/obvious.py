"""What must come out, worked out the slow obvious way: one row after the other, in plain Python.

Belongs here: the meaning of a BDDS table, written a second time and without a thought for speed, for a test to compare with.
Does not belong here: anything the pipeline uses.
"""

import csv
import math
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pycountry

_WITHOUT_VALUE = ("H", "K", "L", "M", "O", "Q")
_MAGNITUDES = {"INCLUDED": "K", "NA": "M", "SUPP": "Q", "NIL": "N", "INCLUDES": "W", "LOWREL": "U"}
_QUALIFIERS = {"UIS_EST": "E", "NAT_EST": "E"}


class Observation(NamedTuple):
    """A value as it is to be published, without what all rows of the table share."""

    indicator: str
    ref_area: str
    counterpart_area: str
    sex: str
    breakdown: str
    time_period: str
    obs_value: float | None
    obs_status: str
    source_status: str
    unit_measure: str
    source_indicator: str
    source_area: str
    raw_row: int


class Outcome(NamedTuple):
    """What becomes of a table: published rows, the rule by bad row, and how many rows repeat an earlier one."""

    published: list[Observation]
    bad: dict[int, str]
    repeated: int


def outcome(table: Path) -> Outcome:
    """What must become of a DATA_NATIONAL table."""
    terms = _rows("sources/mappings/unesco_uis_indicators.csv", "source_indicator")
    bounds = _rows("model/indicators.csv", "indicator")
    countries = {c.alpha_3 for c in pycountry.countries} | {c.alpha_3 for c in pycountry.historic_countries}
    bad: dict[int, str] = {}
    by_key: dict[tuple[str, ...], list[Observation]] = defaultdict(list)
    with table.open(encoding="utf-8", newline="") as stream:
        records = csv.reader(stream)
        next(records)
        for number, record in enumerate(records, start=1):
            if len(record) != 6:
                bad[number] = "record_width"
                continue
            row, rule = _judged(record, number, terms, bounds, countries)
            if rule:
                bad[number] = rule
            else:
                by_key[row[:6]].append(row)
    published: list[Observation] = []
    repeated = 0
    for rows in by_key.values():
        first: dict[tuple[object, ...], Observation] = {}
        for row in rows:
            repeated += row[:10] in first
            first.setdefault(row[:10], row)
        if len(first) == 1:
            published += first.values()
        else:
            bad |= dict.fromkeys((row.raw_row for row in first.values()), "unique_key")
    return Outcome(published, bad, repeated)


def _rows(path: str, key: str) -> dict[str, dict[str, str]]:
    text = files("edumig_pipeline").joinpath(path).read_text(encoding="utf-8")
    return {row[key]: row for row in csv.DictReader(text.splitlines())}


def _judged(
    record: list[str], number: int, terms: dict[str, dict[str, str]], bounds: dict[str, dict[str, str]], countries: set[str]
) -> tuple[Observation, str | None]:
    """The row as it would be published, and the first rule it breaks."""
    code, area, year, text, magnitude, qualifier = record
    term = terms.get(code.upper(), {})
    indicator = term.get("indicator") or f"unesco_uis:{code.upper()}"
    number_of = _number(text)
    value = None if magnitude == "NA" and number_of == 0 else number_of
    told = "" if magnitude == "NA" and number_of == 0 else text
    if magnitude or qualifier:
        status = _MAGNITUDES.get(magnitude) if magnitude else _QUALIFIERS.get(qualifier)
    else:
        status = "A" if text else "O"
    row = Observation(
        indicator,
        area,
        term.get("counterpart_area") or "_T",
        term.get("sex") or "_T",
        term.get("breakdown") or "_T",
        year,
        value,
        status or "",
        f"{magnitude}|{qualifier}",
        term.get("unit_measure") or "_X",
        code,
        area,
        number,
    )
    limits = bounds.get(indicator, {})
    lower, upper = (_number(limits.get(name, "")) for name in ("lower_bound", "upper_bound"))
    rules = {
        "known_obs_status": status is None or (bool(qualifier) and qualifier not in _QUALIFIERS),
        "indicator_given": code == "",
        "known_area": area not in countries,
        "known_period": not (len(year) == 4 and year.isdigit() and 1950 <= int(year) <= 2100),
        "value_is_number": value is None and told != "",
        "value_matches_status": (value is None) != (status in _WITHOUT_VALUE),
        "within_bounds": value is not None and ((lower is not None and value < lower) or (upper is not None and value > upper)),
    }
    return row, next((rule for rule, is_broken in rules.items() if is_broken), None)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
