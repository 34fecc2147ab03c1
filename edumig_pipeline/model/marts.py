"""The marts: what is derived from the observations for those who ask questions.

Belongs here: declarations of derived tables. Does not belong here: their SQL (`edumig_pipeline/marts/*.sql`).
"""

from edumig_pipeline.model.codes import OBS_STATUS
from edumig_pipeline.model.observations import (
    COUNTERPART_AREA,
    DATASET,
    INDICATOR,
    REF_AREA,
    RELEASE,
    SEX_COLUMN,
    SOURCE,
    TIME_PERIOD,
)
from edumig_pipeline.model.table import Column, Table, Type

_YEAR = Column("year", Type.INTEGER, "Year of the figure as the publisher counts it", unit="year", nullable=False)


def _figure(name: str, description: str, unit: str) -> tuple[Column, Column]:
    """A figure and the status it carries."""
    return (
        Column(name, Type.DOUBLE, description, unit=unit),
        Column(f"{name}_status", Type.VARCHAR, f"obs_status of {name}", allowed=tuple(OBS_STATUS)),
    )


STUDENT_MOBILITY = Table(
    name="student_mobility",
    description="Inbound and outbound internationally mobile students side by side.",
    grain="one row per area and year: a release of the source that source_preference puts first",
    key=("ref_area", "year"),
    columns=(
        REF_AREA,
        _YEAR,
        SOURCE,
        RELEASE,
        *_figure("inbound_students", "Internationally mobile students studying in ref_area", "persons"),
        *_figure("outbound_students", "Students from ref_area studying abroad", "persons"),
        *_figure("net_students", "inbound_students − outbound_students of the same source and release", "persons"),
        *_figure("inbound_rate", "Inbound students as a share of tertiary enrolment in ref_area", "per cent"),
        *_figure("outbound_ratio", "Outbound students relative to tertiary enrolment in ref_area; may exceed 100", "per cent"),
    ),
)

STUDENT_MOBILITY_BY_RELEASE = Table(
    name="student_mobility_by_release",
    description="Inbound and outbound students side by side, as every release of every source has them.",
    grain="one row per area, year, source and release",
    key=("ref_area", "year", "source", "release"),
    columns=STUDENT_MOBILITY.columns,
)

STUDENT_FLOWS = Table(
    name="student_flows",
    description="Students by country of origin and host country. A host that does not report is absent, not zero.",
    grain="one row per origin, destination, year, source and release",
    key=("origin", "destination", "year", "source", "release"),
    columns=(
        Column("origin", Type.VARCHAR, "Where the students come from; coded as ref_area", nullable=False),
        Column("destination", Type.VARCHAR, "Where they study; coded as ref_area", nullable=False),
        _YEAR,
        SOURCE,
        RELEASE,
        Column(
            "students",
            Type.DOUBLE,
            "Students from origin in destination; NULL where the host has no number",
            unit="persons",
        ),
        Column("obs_status", Type.VARCHAR, "SDMX CL_OBS_STATUS of students", nullable=False, allowed=tuple(OBS_STATUS)),
        Column(
            "share_of_origin",
            Type.DOUBLE,
            "students as a share of the origin's newest outbound total of the year",
            unit="per cent",
        ),
        Column("share_base_release", Type.VARCHAR, "Release the outbound total is from; NULL where there is none"),
    ),
)

KZ_ACADEMIC_MOBILITY = Table(
    name="kz_academic_mobility",
    description="Kazakhstan's students abroad under the academic mobility programme, as the article prints them.",
    grain="one row per period, region of destination and funding",
    key=("time_period", "region", "funding"),
    columns=(
        Column("time_period", Type.VARCHAR, TIME_PERIOD.description, nullable=False),
        Column(
            "region",
            Type.VARCHAR,
            "Region of destination; _T = all",
            nullable=False,
            allowed=("EUROPE", "USA", "CIS", "SEA", "_T"),
        ),
        Column(
            "funding",
            Type.VARCHAR,
            "Who pays: the state, the student, or all",
            nullable=False,
            allowed=("state", "own", "_T"),
        ),
        Column("students", Type.DOUBLE, "Students sent; NULL where the article prints a dash", unit="persons"),
        Column(
            "share_of_period",
            Type.DOUBLE,
            "students as a share of all regions of the period and funding",
            unit="per cent",
        ),
        Column(
            "change_on_previous",
            Type.DOUBLE,
            "Difference from the year before; NULL for half-years, intervals and gaps",
            unit="persons",
        ),
    ),
)

RELEASE_COVERAGE = Table(
    name="release_coverage",
    description="What each release covers: a value that is absent from a newer release counts as retracted only within this.",
    grain="one row per dataset, release, indicator, counterpart area and sex",
    key=("source", "dataset", "release", "indicator", "counterpart_area", "sex"),
    columns=(
        SOURCE,
        DATASET,
        RELEASE,
        INDICATOR,
        COUNTERPART_AREA,
        SEX_COLUMN,
        Column("released", Type.DATE, "The release's date", nullable=False),
        Column("year_from", Type.INTEGER, "First year the release has for it", unit="year"),
        Column("year_to", Type.INTEGER, "Last year the release has for it", unit="year"),
        Column(
            "areas_covered",
            Type.VARCHAR,
            "Areas of an extract, joined by line feeds; NULL where the release covers every area",
        ),
        Column("previous_release", Type.VARCHAR, "Release before it that covers the same; NULL for the first"),
    ),
)
