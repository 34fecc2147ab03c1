"""One figure: every source, release and status it has had, what was changed in it, and what rests on it.

Belongs here: understanding which figure is meant, and gathering what there is about it. Does not belong here: the questions
themselves (`figure_*.sql`), or showing the answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from edumig_pipeline.answers.errors import NothingFoundError, WrongQuestionError
from edumig_pipeline.answers.opening import Published, Row
from edumig_pipeline.model.codes import OBS_STATUS, SEX, UNIT_MEASURE
from edumig_pipeline.wording.spelling import did_you_mean

TOTAL = "_T"
UNDATED = "undated"  # how a statement without a time period is asked for


@dataclass(frozen=True)
class Cell:
    """Which figure: the key of an observation without its source, dataset and release."""

    indicator: str
    ref_area: str
    time_period: str | None
    counterpart_area: str = TOTAL
    sex: str = TOTAL
    breakdown: str = TOTAL


@dataclass(frozen=True)
class History:
    """What there is about a figure; lists are as the SQL files of their questions say."""

    cell: Cell
    indicator: Row
    area: str
    counterpart: str | None
    figures: list[Row]
    revisions: list[Row]
    elsewhere: list[Row]
    footnotes: list[Row]
    claims: list[Row]
    flows: list[Row]


def understood(published: Published, asked: Cell) -> Cell:
    """The cell in codes, where somebody wrote names of areas.

    Raises WrongQuestionError, with what may have been meant, for what is neither code nor name.
    """
    indicators = {row["indicator"]: row["name"] for row in published.ask("known_indicators")}
    if asked.indicator not in indicators:
        raise WrongQuestionError(f"there is no indicator {asked.indicator}: {did_you_mean(asked.indicator, indicators)}")
    if asked.sex not in SEX:
        raise WrongQuestionError(f"there is no sex {asked.sex}: known are {', '.join(SEX)}")
    areas = published.ask("known_areas")
    return Cell(
        indicator=asked.indicator,
        ref_area=_area(asked.ref_area, areas),
        time_period=None if asked.time_period == UNDATED else asked.time_period,
        counterpart_area=TOTAL if asked.counterpart_area == TOTAL else _area(asked.counterpart_area, areas),
        sex=asked.sex,
        breakdown=asked.breakdown,
    )


def _area(word: str, areas: Iterable[Row]) -> str:
    """The code of the area that has this code, this ISO 3166-1 alpha-2 code or, alone, this name; in any case of letters."""
    wanted = word.lower()
    for field in ("code", "iso2", "name"):
        found = [row["code"] for row in areas if (row[field] or "").lower() == wanted]
        if len(found) == 1:
            return str(found[0])
        if found:
            raise WrongQuestionError(f"several areas are called {word}: name one by its code: {', '.join(found)}")
    names = {row["code"]: row["name"] for row in areas}
    raise WrongQuestionError(f"there is no area {word}: {did_you_mean(word, names)}")


def history(published: Published, asked: Cell) -> History:
    """Everything about a figure.

    Raises WrongQuestionError for an unknown code, and NothingFoundError, with what there is instead, when no release has it.
    """
    cell = understood(published, asked)
    key = asdict(cell)
    figures = published.ask("figure_published", **key)
    names = {row["code"]: row["name"] for row in published.ask("known_areas")}
    if not figures:
        raise NothingFoundError(_what_there_is(cell, published.ask("figures_of_area", ref_area=cell.ref_area), names))
    for figure in figures:
        figure["status_meaning"] = OBS_STATUS[figure["status"]]
        figure["unit"] = UNIT_MEASURE[figure["unit_measure"]]
    return History(
        cell=cell,
        indicator=next(row for row in published.ask("known_indicators") if row["indicator"] == cell.indicator),
        area=names[cell.ref_area],
        counterpart=names.get(cell.counterpart_area),
        figures=figures,
        revisions=published.ask("figure_revisions", **key),
        elsewhere=published.ask("figure_elsewhere", **key),
        footnotes=published.ask("figure_footnotes", **key),
        claims=published.ask("figure_claims", **key),
        flows=published.ask("figure_flows", **key),
    )


def _what_there_is(cell: Cell, there: list[Row], names: Mapping[str, str]) -> str:
    """What the warehouse has that comes nearest to a figure that no release has."""
    area = f"{names[cell.ref_area]} ({cell.ref_area})"
    of_indicator = [row for row in there if row["indicator"] == cell.indicator]
    if not of_indicator:
        known = sorted({row["indicator"] for row in there})
        held = f"it has {_listed(known)}" if known else "it has nothing on that area"
        return f"no release has {cell.indicator} of {area}: {held}"
    split = (cell.counterpart_area, cell.sex, cell.breakdown)
    for row in of_indicator:
        if (row["counterpart_area"], row["sex"], row["breakdown"]) == split:
            periods = ", ".join(_spans([period or UNDATED for period in row["periods"]]))
            return f"no release has {cell.indicator} of {area} for {cell.time_period or UNDATED}: there is {periods}"
    same = [row for row in of_indicator if cell.time_period in row["periods"]]
    ways = sorted({_split(row) for row in same or of_indicator})
    when = f"for {cell.time_period or UNDATED} " if same else ""
    asked = _split({"counterpart_area": split[0], "sex": split[1], "breakdown": split[2]})
    return f"no release has {cell.indicator} of {area}, {asked}: {when}there is {_listed(ways)}"


def _split(row: Mapping[str, Any]) -> str:
    """How a figure is asked for, beside its indicator, area and period."""
    options = [
        f"--{option} {row[field]}"
        for option, field in (("counterpart", "counterpart_area"), ("sex", "sex"), ("breakdown", "breakdown"))
        if row[field] != TOTAL
    ]
    return " ".join(options) or "the total"


def _listed(words: list[str], most: int = 20) -> str:
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def _spans(periods: list[str]) -> list[str]:
    """Periods in order, with years that follow one another as one span."""
    spans: list[list[str]] = []
    for period in periods:
        follows = spans and period.isdecimal() and spans[-1][-1].isdecimal() and int(period) == int(spans[-1][-1]) + 1
        if follows:
            spans[-1].append(period)
        else:
            spans.append([period])
    return [span[0] if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans]
