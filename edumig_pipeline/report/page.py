"""The page `report/index.html`: one file that holds its data, its charts and its words, and asks no network for anything.

The same warehouse gives the same bytes: no day, no random name is in it. A policy in its head forbids every connection, and lets
only the scripts and the style run whose digests it names.

Belongs here: putting the file together. Does not belong here: what is in the tables (`data`), in charts (`charts`), or how it
looks and behaves (`assets/`).
"""

import base64
import hashlib
import json
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

import duckdb
import jinja2
from markupsafe import Markup

from edumig_pipeline.model.codes import OBS_STATUS, STATUS_WITHOUT_VALUE, VERDICT_RANK
from edumig_pipeline.report.data import Limits, page_tables
from edumig_pipeline.report.labels import LANGUAGES, country_names, labels, number_signs
from edumig_pipeline.report.packing import columns, packed
from edumig_pipeline.retrieval.timeliness import PATIENCE
from edumig_pipeline.sources.downloads import Cadence

# In the order they build on each other.
_SCRIPTS = (
    "data.js",
    "words.js",
    "elements.js",
    "charts.js",
    "figure.js",
    "figures.js",
    "country.js",
    "partners.js",
    "claims.js",
    "evidence.js",
    "quality.js",
    "main.js",
)


def write_report(database: Path, target: Path) -> None:
    """Write the page for the published file at `database` to `target`; raises what reading or writing raises."""
    with duckdb.connect(str(database), read_only=True) as db:
        db.execute("SET enable_progress_bar = false")
        page = rendered(_content(db, Limits()))
    target.parent.mkdir(exist_ok=True)
    target.write_text(page, encoding="utf-8")


def _content(db: duckdb.DuckDBPyConnection, limits: Limits) -> dict[str, object]:
    """Everything the page's scripts are told."""
    tables = page_tables(db, limits)
    countries = tables["areas"].filter(kind="country")
    return {
        "tables": {name: columns(frame) for name, frame in tables.items()},
        "limits": asdict(limits),
        "labels": labels(),
        "names": country_names(countries.select("code", "iso2").iter_rows()),
        "numbers": number_signs(),
        "statuses": list(OBS_STATUS),
        "without_value": list(STATUS_WITHOUT_VALUE),
        "verdicts": list(VERDICT_RANK),
        "cadences": {cadence.value: cadence.span.days for cadence in Cadence},
        "patience": PATIENCE,
        "charts": json.loads(_asset("charts.json")),
    }


def rendered(content: dict[str, object]) -> str:
    """The page's HTML around this content. Each script is a block of its own, so that its names stay its own."""
    style = _asset("page.css")
    scripts = [f"(() => {{\n{text}\n}})();" for text in (_asset("vega.js"), '"use strict";\n' + "\n".join(map(_asset, _SCRIPTS)))]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    words = {key: texts["en"] for key, texts in labels().items()}
    return environment.from_string(_asset("page.html.j2")).render(
        style=_embedded(style),
        scripts=[_embedded(script) for script in scripts],
        style_digest=_digest(style),
        script_digests=[_digest(script) for script in scripts],
        content=packed(content),
        languages=LANGUAGES,
        t=words,
    )


def _embedded(text: str) -> Markup:
    """Our own script or style as it is; it must not end its element."""
    if "</script" in text.lower() or "</style" in text.lower() or "<!--" in text:
        raise ValueError("a script or style would end its element")
    return Markup(text)


def _digest(text: str) -> str:
    """What the page's policy calls an inline script or style by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


def _asset(name: str) -> str:
    return files("edumig_pipeline.report.assets").joinpath(name).read_text(encoding="utf-8")
