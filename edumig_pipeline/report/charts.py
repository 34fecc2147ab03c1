"""The charts of the page, as Altair specs without data, and the library that draws them; renewed by `make charts`.

Both are the same for every warehouse and take seconds to make: they are kept under `assets/`, so that a refresh needs neither
Altair nor a JavaScript engine, and a test sees that they are up to date. Each chart draws the named data `figures`; texts that
begin with `t:` are keys of `labels.toml` and colours that begin with `c:` are the page's, filled in by `assets/charts.js`.

Belongs here: how figures become marks. Does not belong here: which figures (`data`), titles or words (`labels.toml`).
"""

import json
import sys
from pathlib import Path
from typing import Any, TypeAlias

import altair as alt
import vl_convert

_Chart: TypeAlias = alt.LayerChart | alt.FacetChart
_FIGURES = alt.NamedData("figures")
_REPORTED = "datum.kind === 'reported'"
_ESTIMATED = "datum.kind === 'estimated'"
_REGIONS = ("EUROPE", "CIS", "USA", "SEA")
_POINT, _LINE = "datum.mark === 'point'", "datum.mark === 'line'"
# What every mark says of itself; the texts are ready, in the reader's language.
_TOOLTIP = [
    alt.Tooltip("name:N", title="t:what"),
    alt.Tooltip("period:N", title="t:period"),
    alt.Tooltip("shown:N", title="t:figure"),
    alt.Tooltip("status:N", title="t:status"),
    alt.Tooltip("origin:N", title="t:source_and_release"),
]


def _year(ticks: int | None = None) -> alt.X:
    return alt.X(
        "year:Q",
        title=None,
        scale=alt.Scale(zero=False, nice=False, padding=8),
        axis=alt.Axis(
            format="d", tickMinStep=1, tickCount=ticks or alt.Undefined, grid=False, labelFlush=False, labelSeparation=8
        ),
    )


def _count(ticks: int | None = None) -> alt.Y:
    """Numbers of people begin at nought, wherever the smallest lies."""
    return alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(zero=True, nice=ticks or True),
        axis=alt.Axis(format=",d", tickCount=ticks or alt.Undefined, domain=False, ticks=False),
    )


def _lines_and_points(x: alt.X, y: alt.Y, colour: dict[str, Any], size: int) -> _Chart:
    """Lines run only from one year with a figure to the next year with one; dashed where either is an estimate.

    Points are full where reported, hollow where estimated, diamonds for any other status.
    """
    stroke = alt.Stroke(**colour)
    lines = (
        alt.Chart()
        .transform_filter(_LINE)
        .mark_line(strokeWidth=2, strokeJoin="round")
        .encode(
            x=x,
            y=y,
            stroke=stroke,
            detail="run:N",
            strokeDash=alt.condition(_ESTIMATED, alt.value([4, 3]), alt.value([1, 0])),
        )
    )
    points = (
        alt.Chart()
        .transform_filter(_POINT)
        .mark_point(size=size, strokeWidth=1.6, opacity=1)
        .encode(
            x=x,
            y=y,
            stroke=stroke,
            fill=alt.condition(_REPORTED, alt.Fill(**colour), alt.value("c:surface")),
            shape=alt.condition("datum.kind === 'other'", alt.value("diamond"), alt.value("circle")),
            tooltip=_TOOLTIP,
        )
    )
    return alt.layer(lines, points)


def _mobility() -> _Chart:
    """Students abroad and from abroad by year."""
    colour = {
        "shorthand": "series:N",
        "scale": alt.Scale(domain=["t:students_abroad", "t:students_from_abroad"], range=["c:outbound", "c:inbound"]),
        "legend": alt.Legend(title=None, orient="top", symbolType="stroke", symbolStrokeWidth=3),
    }
    return _lines_and_points(_year(), _count(), colour, size=44).properties(data=_FIGURES, height=300)


def _panels() -> _Chart:
    """A partner country in each panel, by year; the size of a panel is the page's."""
    colour = {"shorthand": "role:N", "scale": alt.Scale(domain=["to", "from"], range=["c:outbound", "c:inbound"]), "legend": None}
    one = _lines_and_points(_year(ticks=4), _count(ticks=3), colour, size=18).properties(width=200, height=110)
    panels: _Chart = one.facet(
        facet=alt.Facet(
            "name:N", title=None, sort=alt.EncodingSortField("rank", op="min"), header=alt.Header(labelAnchor="start")
        ),
        columns=3,
        data=_FIGURES,
        bounds="flush",
    ).resolve_scale(y="independent")
    return panels


def _partners() -> _Chart:
    """Partner countries in the order they come, the number beside each bar, for which `limit` leaves room.

    The page sets the height.
    """
    y = alt.Y("name:N", title=None, sort=None, axis=alt.Axis(domain=False, ticks=False, labelPadding=6, labelLimit=190))
    scale = alt.Scale(domainMin=0, domainMax=alt.ExprRef("limit"), nice=False)
    colour = alt.Scale(domain=["to", "from"], range=["c:outbound", "c:inbound"])
    bars = (
        alt.Chart()
        .mark_bar(strokeWidth=1.4, height={"band": 0.72})
        .encode(
            y=y,
            x=alt.X("value:Q", title=None, scale=scale, axis=None),
            fill=alt.Fill("role:N", scale=colour, legend=None),
            stroke=alt.Stroke("role:N", scale=colour, legend=None),
            fillOpacity=alt.condition(_REPORTED, alt.value(1), alt.value(0.18)),
            strokeDash=alt.condition(_ESTIMATED, alt.value([4, 3]), alt.value([1, 0])),
            tooltip=_TOOLTIP,
        )
    )
    numbers = (
        alt.Chart()
        .mark_text(align="left", baseline="middle", dx=6, fill="c:text")
        .encode(y=y, x=alt.X("place:Q", scale=scale), text="label:N")
    )
    return alt.layer(bars, numbers, data=_FIGURES).add_params(alt.param("limit", value=1))


def _programme() -> _Chart:
    """Participants of the academic mobility programme by period and region, the printed total above."""
    x = alt.X(
        "period:N",
        title=None,
        sort=None,
        axis=alt.Axis(labelAngle=0, ticks=False, labelExpr="split(datum.label, '|')", labelOverlap="greedy"),
    )
    bars = (
        alt.Chart()
        .transform_filter("datum.region !== '_T'")
        .mark_bar(width={"band": 0.72})
        .encode(
            x=x,
            y=_count(),
            fill=alt.Fill(
                "series:N",
                scale=alt.Scale(
                    domain=[f"t:region_{region}" for region in _REGIONS],
                    range=["c:region_1", "c:region_2", "c:region_3", "c:region_4"],
                ),
                legend=alt.Legend(title=None, orient="top"),
            ),
            order="rank:Q",
            fillOpacity=alt.condition("datum.half", alt.value(0.55), alt.value(1)),
            tooltip=_TOOLTIP,
        )
    )
    totals = (
        alt.Chart()
        .transform_filter("datum.region === '_T'")
        .mark_text(baseline="bottom", dy=-4, fill="c:text")
        .encode(x=x, y=alt.Y("value:Q"), text="label:N")
    )
    return alt.layer(bars, totals, data=_FIGURES).properties(height=300)


def _stock() -> _Chart:
    """Migrants in a country in the years of which the source has an estimate; nothing between them."""
    bars = (
        alt.Chart()
        .mark_bar(strokeWidth=1.4, width=18)
        .encode(
            x=alt.X(
                "year:Q",
                title=None,
                scale=alt.Scale(domainMin=alt.ExprRef("first"), domainMax=alt.ExprRef("last"), zero=False, nice=False),
                axis=alt.Axis(format="d", tickMinStep=5, grid=False, labelFlush=False),
            ),
            y=_count(),
            fill=alt.value("c:stock"),
            stroke=alt.value("c:stock"),
            fillOpacity=alt.condition(_REPORTED, alt.value(1), alt.value(0.18)),
            strokeDash=alt.condition(_ESTIMATED, alt.value([4, 3]), alt.value([1, 0])),
            tooltip=_TOOLTIP,
        )
    )
    return (
        alt.layer(bars, data=_FIGURES)
        .properties(height=240)
        .add_params(alt.param("first", value=1990), alt.param("last", value=2025))
    )


def specs() -> dict[str, dict[str, Any]]:
    """Every chart as Vega-Lite, by the name the page knows it by; configuration and width are the page's."""
    charts: dict[str, _Chart] = {
        "mobility": _mobility(),
        "panels": _panels(),
        "partners": _partners(),
        "programme": _programme(),
        "stock": _stock(),
    }
    found = {name: chart.to_dict() for name, chart in charts.items()}
    for spec in found.values():
        del spec["config"]
    return found


def written_specs() -> str:
    """The specs as the file `charts.json` has them."""
    return json.dumps(specs(), indent=1, sort_keys=True) + "\n"


def library() -> str:
    """Vega, Vega-Lite and Vega-Embed, which draw the specs, in one script."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")


def main(folder: Path) -> None:
    """Write `charts.json` and `vega.js` to `folder`."""
    (folder / "charts.json").write_text(written_specs(), encoding="utf-8")
    (folder / "vega.js").write_text(library(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
