"""UNESCO Institute for Statistics: the publisher, and its tables told by their columns.

Belongs here: the layouts of the Data Browser's export and of the Bulk Data Download Service (BDDS), also as the
Humanitarian Data Exchange (HDX) hands the latter's tables on. Does not belong here: what the records mean
(`terms`), the interface's replies (`api`), or the older UIS.Stat (`stat`).
"""

import re
from functools import partial
from pathlib import PurePosixPath

import polars as pl

from edumig_pipeline.sources.layout import AcademicCalendar, Source
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.table_layout import TableLayout
from edumig_pipeline.sources.unesco_uis.api import DATASET, LAYOUTS
from edumig_pipeline.sources.unesco_uis.downloads import DOWNLOADS
from edumig_pipeline.sources.unesco_uis.stat import UIS_STAT
from edumig_pipeline.sources.unesco_uis.terms import AREA_PREFIX, ID, footnotes, labels, named_areas, observations


def _data_browser(_file: RawFile) -> str:
    return DATASET


# The packages UIS offers or offered; the tables' headers do not say which one they are of.
_BDDS_PACKAGES = (
    "opri", "sdg", "sdg11", "scn-sdg", "scn-opri", "natmon", "dem", "edun", "edur", "sci", "inno", "clte", "cltt", "film",
    "ilcmt",
)  # fmt: skip
_NAMES_A_PACKAGE = re.compile(f"(?<![a-z0-9])({'|'.join(sorted(_BDDS_PACKAGES, key=len, reverse=True))})(?![a-z0-9])")


def _bdds_package(file: RawFile) -> str:
    """The BDDS package a table belongs to: OPRI_DATA_NATIONAL.csv is of opri, and so is any table in opri-2022-03/.

    The name of the table itself counts first, then that of its archive or workbook, then the release folder's. A table
    that none of them assigns to a package counts as dataset bdds.
    """
    _, release, *inside = PurePosixPath(file.raw_file).parts
    for name in (file.name, "/".join(inside).partition("#")[0], release):
        if found := _NAMES_A_PACKAGE.search(name.lower()):
            return found[1]
    return "bdds"


def _capital(name: str) -> str:
    """BDDS writes headers in capitals or in small letters, mostly different ones in one archive."""
    return name.strip().upper()


_BDDS_TO_BROWSER = {
    "INDICATOR_ID": "indicatorId",
    "COUNTRY_ID": "geoUnit",
    "REGION_ID": "geoUnit",
    "YEAR": "year",
    "VALUE": "value",
    "MAGNITUDE": "magnitude",
    "QUALIFIER": "qualifier",
}


def _bdds_observations(records: pl.DataFrame) -> pl.DataFrame:
    return observations(records.rename(_BDDS_TO_BROWSER, strict=False))


def _bdds_footnotes(records: pl.DataFrame) -> pl.DataFrame:
    """Records of a METADATA table; TYPE says type and subtype: Source:Data sources."""
    parts = pl.col("TYPE").str.splitn(":", 2).struct
    typed = records.with_columns(parts.field("field_0").alias("type"), parts.field("field_1").alias("subtype"))
    return footnotes(typed.rename({**_BDDS_TO_BROWSER, "METADATA": "value"}, strict=False))


_bdds = partial(TableLayout, dataset=_bdds_package, spelling=_capital)

_TABLES = (
    TableLayout(
        name="uis_data_browser",
        header=("indicatorId", "geoUnit", "year", "value", "qualifier", "magnitude"),
        coded=("indicatorId", "geoUnit", "year", "qualifier", "magnitude"),
        lands={"observations": observations},
        dataset=_data_browser,
    ),
    TableLayout(
        name="uis_data_browser_indicators",
        header=(
            "indicatorId",
            "name",
            "theme",
            "lastDataUpdate",
            "lastDataUpdateDescription",
            "dataAvailability.totalRecordCount",
            "dataAvailability.timeLine.min",
            "dataAvailability.timeLine.max",
            "dataAvailability.geoUnits.types",
        ),
        # UIS's interface gives these two on request only.
        optional=("disaggregations", "glossaryTerms"),
        lands={"source_indicators": partial(labels, code="indicatorId", label="name")},
        dataset=_data_browser,
    ),
    TableLayout(
        name="uis_data_browser_footnotes",
        header=("indicatorId", "geoUnit", "year", "type", "subtype", "value"),
        lands={"footnotes": footnotes},
        dataset=_data_browser,
    ),
    # DATA_NATIONAL, and DATA_REGIONAL where it calls the region COUNTRY_ID.
    _bdds(
        name="uis_bdds_data",
        header=("INDICATOR_ID", "COUNTRY_ID", "YEAR", "VALUE", "MAGNITUDE", "QUALIFIER"),
        coded=("INDICATOR_ID", "COUNTRY_ID", "YEAR", "MAGNITUDE", "QUALIFIER"),
        lands={"observations": _bdds_observations},
    ),
    _bdds(
        name="uis_bdds_regional_data",
        header=("INDICATOR_ID", "REGION_ID", "YEAR", "VALUE", "MAGNITUDE", "QUALIFIER"),
        coded=("INDICATOR_ID", "REGION_ID", "YEAR", "MAGNITUDE", "QUALIFIER"),
        lands={"observations": _bdds_observations},
    ),
    _bdds(
        name="uis_bdds_label",
        header=("INDICATOR_ID", "INDICATOR_LABEL_EN"),
        lands={"source_indicators": partial(labels, code="INDICATOR_ID", label="INDICATOR_LABEL_EN")},
    ),
    _bdds(
        name="uis_bdds_country",
        header=("COUNTRY_ID", "COUNTRY_NAME_EN"),
        lands={"source_areas": partial(named_areas, code="COUNTRY_ID", label="COUNTRY_NAME_EN")},
    ),
    _bdds(
        name="uis_bdds_region",
        header=("REGION_ID", "COUNTRY_ID", "COUNTRY_NAME_EN"),
        lands={"source_areas": partial(named_areas, code="COUNTRY_ID", label="COUNTRY_NAME_EN", group="REGION_ID")},
    ),
    _bdds(
        name="uis_bdds_metadata",
        header=("INDICATOR_ID", "COUNTRY_ID", "YEAR", "TYPE", "METADATA"),
        lands={"footnotes": _bdds_footnotes},
    ),
)

SOURCE = Source(
    id=ID,
    publisher="UNESCO Institute for Statistics",
    url="https://databrowser.uis.unesco.org/",
    description="Internationally mobile students by host and origin, and tertiary enrolment, reported by countries and "
    "estimated by UIS; revised with every release.",
    area_prefix=AREA_PREFIX,
    layouts=(*_TABLES, *LAYOUTS, UIS_STAT),
    # Start and end month, start and end of the academic school year (tertiary education).
    calendar=AcademicCalendar(start_month="10403", end_month="10404", start_year="10405", end_year="10406"),
    downloads=DOWNLOADS,
)
