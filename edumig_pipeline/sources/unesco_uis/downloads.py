"""UNESCO Institute for Statistics: what it offers for download, and how a release of it is asked for.

Belongs here: the public interface's export and the Bulk Data Download Service (BDDS). Does not belong here: reading what
comes (`source`, `api`).

The interface answers what it does not know with HTTP status 200: a code with a hint, a parameter with nothing at all. So
only codes are asked for that the version itself lists, and the parameters' names are those of its own description. More than
100,000 records at once are an error 400; the version's list says how many records each indicator has.
"""

import re
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

from edumig_pipeline.sources.candidates import mapping
from edumig_pipeline.sources.downloads import ZIP, Cadence, Download, Plan, ReplyError, Request, Web

_API = "https://api.uis.unesco.org/api/public"
_BULK = "https://download.uis.unesco.org/bdds"
_MOST_RECORDS = 90_000  # in one request: below the limit, since the list's counts may lag behind
_MOST_INDICATORS = 60  # in one request, so that its address stays short
_TOO_MUCH = "Too much data requested"
_THEME = "EDUCATION"
# The first and the last year that can be asked for: before and after any that UIS has.
_YEARS = (1950, 2050)


def _version(web: Web) -> dict[str, object]:
    """What the interface says of the version it answers from unless asked for another."""
    reply = web.ask(f"{_API}/versions/default")
    if not isinstance(reply, dict) or not isinstance(reply.get("version"), str):
        raise ReplyError(f"{_API}/versions/default does not name a version")
    return reply


def _export(web: Web) -> Plan:
    """All that the version has of the indicators the warehouse harmonises, in as few requests as it allows."""
    version = _version(web)
    name, published = str(version["version"]), str(version.get("publicationDate"))[:10]
    if not re.fullmatch(r"[\w.-]+", name) or not re.fullmatch(r"\d{4}-\d\d-\d\d", published):
        raise ReplyError(f"{_API}/versions/default names the version {name!r}, published {published!r}")
    records = _records_by_indicator(web, name)
    asked = {code: records[code] for code in mapping("unesco_uis_indicators")["source_indicator"] if records.get(code)}
    if not asked:
        raise ReplyError(f"version {name} lists none of the indicators of internationally mobile students")
    groups = _groups(asked)
    requests = (_request(f"export-{number:02}", name, codes, _YEARS) for number, codes in enumerate(groups, start=1))
    return Plan(tuple(requests), release=f"{name}_{published}", published=published, settled=True)


def _records_by_indicator(web: Web, version: str) -> dict[str, int]:
    address = f"{_API}/definitions/indicators?{urlencode({'version': version})}"
    reply = web.ask(address)
    try:
        listed = reply if isinstance(reply, list) else []
        return {one["indicatorCode"]: int(one["dataAvailability"]["totalRecordCount"]) for one in listed}
    except (TypeError, KeyError, ValueError) as error:
        raise ReplyError(f"{address} does not list indicators with their numbers of records") from error


def _groups(records: dict[str, int]) -> list[list[str]]:
    """The indicators, in order, in groups that can be asked for at once."""
    groups: list[list[str]] = [[]]
    size = 0
    for code, count in records.items():
        if groups[-1] and (size + count > _MOST_RECORDS or len(groups[-1]) == _MOST_INDICATORS):
            groups.append([])
            size = 0
        groups[-1].append(code)
        size += count
    return groups


def _request(file: str, version: str, codes: Sequence[str], years: tuple[int, int], *, blank: bool = False) -> Request:
    said = {"footnotes": "true", "indicatorMetadata": "true", "format": "csv", "version": version}
    span = {} if years == _YEARS else {"start": years[0], "end": years[1]}
    query = urlencode([*(("indicator", code) for code in codes), *span.items(), *said.items()])
    return Request(
        f"{_API}/data/indicators/export?{query}",
        f"{file}.zip",
        (*ZIP, "application/json", "text/csv"),
        blank,
        partial(_smaller, file, version, codes, years),
    )


def _smaller(file: str, version: str, codes: Sequence[str], years: tuple[int, int], said: str) -> tuple[Request, ...]:
    """The halves of a request that is too much: of its indicators, or of the years of its only one."""
    if _TOO_MUCH not in said or (len(codes) == 1 and years[0] == years[1]):
        return ()
    if len(codes) > 1:
        middle = len(codes) // 2
        return _request(f"{file}a", version, codes[:middle], years), _request(f"{file}b", version, codes[middle:], years)
    between = sum(years) // 2
    halves = ((years[0], between), (between + 1, years[1]))
    # Of half of the years there may be none.
    return tuple(_request(f"{file}{part}", version, codes, half, blank=True) for part, half in zip("ab", halves, strict=True))


def _package(name: str, web: Web) -> Plan:
    """The package of the release that the interface's version is of: its folder is the month of that release."""
    version = _version(web)
    themes = version.get("themeDataStatus")
    dates = [one.get("lastUpdate") for one in themes if one.get("theme") == _THEME] if isinstance(themes, list) else []
    year, month = _month(str(dates[0]) if dates else "")
    request = Request(f"{_BULK}/{year}{month}/{name}.zip", f"{name}.zip", ZIP)
    return Plan((request,), release=f"{name.lower()}-{year}-{month}", published=f"{year}-{month}")


def _month(date: str) -> tuple[str, str]:
    """Year and month of a date: UIS writes 2025-02-23 in older versions and 9/17/2025 or 02/09/2026 in newer ones."""
    if found := re.fullmatch(r"(\d{4})-(\d\d)-\d\d", date):
        return found[1], found[2]
    if found := re.fullmatch(r"(\d{1,2})/\d{1,2}/(\d{4})", date):
        return found[2], found[1].zfill(2)
    raise ReplyError(f"{_API}/versions/default does not say when the theme {_THEME} was updated, but {date!r}")


_CITATION = "UNESCO Institute for Statistics (UIS), https://databrowser.uis.unesco.org/ (accessed {retrieved})"


def _bulk(name: str, title: str) -> Download:
    return Download(
        id=f"bdds_{name.lower()}",
        title=f"UIS Bulk Data Download Service: {title} ({name})",
        address=f"{_BULK}/{{yyyymm}}/{name}.zip",
        licence="CC BY-SA 4.0",
        citation=_CITATION,
        cadence=Cadence.HALF_YEAR,
        layouts=("uis_bdds_data",),
        plan=partial(_package, name),
        max_bytes=1 << 30,
    )


DOWNLOADS = (
    Download(
        id="api_export",
        title="UIS public API: internationally mobile students by host and origin, and tertiary enrolment",
        address=f"{_API}/data/indicators/export?indicator={{codes}}&version={{version}}",
        licence="CC BY-SA 4.0",
        citation=_CITATION,
        cadence=Cadence.HALF_YEAR,
        layouts=("uis_data_browser", "uis_api_reply"),
        plan=_export,
        max_bytes=1 << 28,
        pause=0.5,
    ),
    _bulk("OPRI", "Other Policy Relevant Indicators"),
    _bulk("SDG", "Sustainable Development Goal 4"),
)
