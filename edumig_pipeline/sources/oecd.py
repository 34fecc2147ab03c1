"""OECD: SDMX-CSV downloads of the Data Explorer (.Stat Suite), with and without labels.

Belongs here: OECD's agencies, area codes, flags and units. Does not belong here: SDMX-CSV itself.

No dataflow is mapped to a harmonised indicator: what the codes of MEASURE and MOBILITY in the students' cube
(DSD_EAG_UOE_NON_FIN_STUD) mean is not documented in any file at hand, so its figures land whole under OECD's own codes.
"""

import polars as pl

from edumig_pipeline.model.areas import UNKNOWN, WORLD, iso_by_alpha2, iso_countries
from edumig_pipeline.model.codes import OBS_STATUS
from edumig_pipeline.sources.downloads import Cadence, Download, Plan, Request, Web
from edumig_pipeline.sources.layout import Source
from edumig_pipeline.sources.sdmx_csv import SdmxCsv
from edumig_pipeline.sources.sdmx_terms import Flags, Writer

_ID = "oecd"
_WORLD = "W"

# OECD's aggregates: OECD, EU27_2020, G20, A5_7, the letters of continents (F, A, S, E, O), …; of those that look like a
# country's code, of three letters or two, only these are known.
_AGGREGATE = r"^([A-Z]{1,2}|[A-Z]{4,}|[A-Z][A-Z0-9_]*[0-9_][A-Z0-9_]*)$"
_THREE_LETTERS = ("OEU", "OTO", "TOT")


def area(code: pl.Expr) -> pl.Expr:
    """OECD area code as ref_area: ISO codes stay, the world is WLD, aggregates get the prefix; others stay unknown."""
    return (
        pl.when(code == _WORLD)
        .then(pl.lit(WORLD))
        .when(code.is_in(sorted(iso_countries())))
        .then(code)
        .when((code.str.contains(_AGGREGATE) & ~code.is_in(sorted(iso_by_alpha2()))) | code.is_in(_THREE_LETTERS))
        .then(pl.concat_str(pl.lit(f"{_ID}:"), code))
        .otherwise(pl.concat_str(pl.lit(UNKNOWN), code))
    )


def _flags(said: str) -> list[str]:
    """Several status columns, OBS_STATUS to OBS_STATUS_4, come joined by commas."""
    return [flag for flag in said.split(",") if flag]


_WRITER = Writer(
    source=_ID,
    agency="OECD",
    area=area,
    ref_area="ref_area",
    counterpart="origin",
    # OECD uses SDMX's own list. Strikes and derogations are reasons for a missing value, too.
    flags=Flags(statuses={status: status for status in OBS_STATUS}, split=_flags, on_missing=("J", "S")),
    units={"PS": "PS", "PT": "PT", "USD": "USD"},
)

_FLOW = "OECD.EDU.IMEP,DSD_EAG_UOE_NON_FIN_STUD@DF_UOE_NF_RAW_MOB,"
# Dimensions: reference area, level, measure, type, intensity, field, grade, frequency, ORIGIN, destination, institution,
# mobility, unit, sex, age. OECD blocks who asks for all of a large dataflow.
_STUDENTS = (
    f"https://sdmx.oecd.org/public/rest/data/{_FLOW}/........KAZ......?dimensionAtObservation=AllDimensions&format=csvfile"
)


def _plan(_web: Web) -> Plan:
    request = Request(_STUDENTS, "mobile_students.csv", ("application/vnd.sdmx.data+csv", "text/csv"))
    return Plan((request,))


_MOBILE_STUDENTS = Download(
    id="mobile_students",
    title="Number of mobile students enrolled and graduated, of origin Kazakhstan (DF_UOE_NF_RAW_MOB)",
    address=_STUDENTS,
    licence="OECD Terms and Conditions: any use with attribution",
    citation="OECD, Number of mobile students enrolled and graduated by country of origin, https://data-explorer.oecd.org/ "
    "(accessed on {retrieved})",
    cadence=Cadence.YEAR,
    layouts=("oecd_sdmx_csv",),
    plan=_plan,
    max_bytes=1 << 28,
    coverage="extract",
    as_browser=True,
)

SOURCE = Source(
    id=_ID,
    publisher="Organisation for Economic Co-operation and Development",
    url="https://data-explorer.oecd.org/",
    description="Education at a Glance: students by host, origin, level and field in OECD and partner countries, from the "
    "UOE data collection that OECD runs with UNESCO and Eurostat.",
    area_prefix=_ID,
    layouts=(SdmxCsv(name="oecd_sdmx_csv", writer=_WRITER),),
    downloads=(_MOBILE_STUDENTS,),
)
