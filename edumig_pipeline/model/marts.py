"""The marts: what is derived from the observations for those who ask questions.

Belongs here: declarations of derived tables. Does not belong here: their SQL (`edumig_pipeline/marts/*.sql`).
"""

from edumig_pipeline.model.codes import COMPARATOR, OBS_STATUS, REVISION, UNIT_MEASURE, VERDICT
from edumig_pipeline.model.observations import (
    BREAKDOWN,
    COUNTERPART_AREA,
    DATASET,
    INDICATOR,
    REF_AREA,
    RELEASE,
    SEX_COLUMN,
    SOURCE,
    TIME_PERIOD,
)
from edumig_pipeline.model.table import Column, Rule, Table, Type

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

REVISIONS = Table(
    name="revisions",
    description="What changed between consecutive releases of a dataset, cell by cell.",
    grain="one row per changed cell and pair of releases",
    key=(
        "source",
        "dataset",
        "indicator",
        "ref_area",
        "counterpart_area",
        "sex",
        "breakdown",
        "time_period",
        "from_release",
        "to_release",
    ),
    columns=(
        SOURCE,
        DATASET,
        INDICATOR,
        REF_AREA,
        COUNTERPART_AREA,
        SEX_COLUMN,
        BREAKDOWN,
        TIME_PERIOD,
        Column("from_release", Type.VARCHAR, "The older release", nullable=False),
        Column("to_release", Type.VARCHAR, "The newer release", nullable=False),
        Column("change", Type.VARCHAR, "added, revised, retracted or status", nullable=False, allowed=tuple(REVISION)),
        Column("old_value", Type.DOUBLE, "Value in the older release"),
        Column("new_value", Type.DOUBLE, "Value in the newer release"),
        Column("old_status", Type.VARCHAR, "obs_status in the older release"),
        Column("new_status", Type.VARCHAR, "obs_status in the newer release"),
        Column("difference", Type.DOUBLE, "new_value − old_value"),
        Column("relative_difference", Type.DOUBLE, "difference / old_value"),
    ),
)

RECONCILIATION = Table(
    name="reconciliation",
    description="The same concept from two sources or releases, side by side.",
    grain="one row per concept, cell and pair of sources or revisions",
    key=("concept", "ref_area", "counterpart_area", "time_period", "source_a", "release_a", "source_b", "release_b"),
    columns=(
        Column("concept", Type.VARCHAR, "What both claim to measure", nullable=False),
        REF_AREA,
        COUNTERPART_AREA,
        TIME_PERIOD,
        Column("source_a", Type.VARCHAR, "First source", nullable=False),
        Column("release_a", Type.VARCHAR, "Its release", nullable=False),
        Column("value_a", Type.DOUBLE, "Its value"),
        Column("source_b", Type.VARCHAR, "Second source", nullable=False),
        Column("release_b", Type.VARCHAR, "Its release", nullable=False),
        Column("value_b", Type.DOUBLE, "Its value"),
        Column("difference", Type.DOUBLE, "value_b − value_a"),
        Column("ratio", Type.DOUBLE, "value_b / value_a"),
        Column("explanation", Type.VARCHAR, "Why they may differ, where the definitions are known to"),
    ),
)

IDENTITY_CHECKS = Table(
    name="identity_checks",
    description="The publishers' own accounting, checked.",
    grain="one row per identity and cell",
    key=("identity", "source", "release", "ref_area", "time_period"),
    columns=(
        Column("identity", Type.VARCHAR, "The identity that ought to hold", nullable=False),
        SOURCE,
        RELEASE,
        REF_AREA,
        TIME_PERIOD,
        Column("lhs", Type.DOUBLE, "Left-hand side"),
        Column("rhs", Type.DOUBLE, "Right-hand side"),
        Column("residual", Type.DOUBLE, "lhs − rhs"),
        Column("tolerance", Type.DOUBLE, "How large a residual rounding explains"),
        Column("holds", Type.BOOLEAN, "Whether |residual| ≤ tolerance; NULL where it does not and a part is missing"),
        Column("missing", Type.VARCHAR, "Which part is missing; NULL where none is"),
    ),
)

CLAIMS = Table(
    name="claims",
    description="Every figure that stands in the running text of the article, with what it is said to rest on.",
    grain="one row per printed figure",
    key=("claim_id",),
    columns=(
        Column("claim_id", Type.VARCHAR, "Number in order of appearance", nullable=False),
        SOURCE,
        Column("section", Type.VARCHAR, "Section of the article", nullable=False),
        Column("reference", Type.VARCHAR, "Number and page in the article's list of references"),
        Column("cited", Type.VARCHAR, "Publisher and edition as the text names them"),
        Column("statement", Type.VARCHAR, "Our own English paraphrase", nullable=False),
        Column("definition", Type.VARCHAR, "What is being counted", nullable=False),
        INDICATOR,
        REF_AREA,
        COUNTERPART_AREA,
        SEX_COLUMN,
        BREAKDOWN,
        TIME_PERIOD,
        Column("claimed_value", Type.DOUBLE, "The figure in the base unit", unit="see unit_measure", nullable=False),
        Column("unit_measure", Type.VARCHAR, "Unit of claimed_value", nullable=False, allowed=tuple(UNIT_MEASURE)),
        Column(
            "comparator",
            Type.VARCHAR,
            "eq, about, almost, over, under or at_least",
            nullable=False,
            allowed=tuple(COMPARATOR),
        ),
        Column("printed", Type.VARCHAR, "The figure as printed; numbers in words count", nullable=False),
    ),
    rules=(
        Rule("value_is_number", "claimed_value IS NOT NULL", "claimed value '{published_value}' is not a finite number"),
        Rule(
            "statement_given",
            "claim_id <> '' AND statement <> '' AND printed <> ''",
            "claim_id, statement or printed is empty",
        ),
    ),
)

CLAIM_INTERVALS = Table(
    name="claim_intervals",
    description="The interval that each claim's printed figure and comparator stand for.",
    grain="one row per claim",
    key=("claim_id",),
    columns=(
        Column("claim_id", Type.VARCHAR, "The claim", nullable=False),
        Column("comparator", Type.VARCHAR, "As in claims", nullable=False, allowed=tuple(COMPARATOR)),
        Column("side", Type.DOUBLE, "1, or −1 where the claimed figure is negative: the interval is that of its size"),
        Column("size", Type.DOUBLE, "The claimed figure without its sign, in the base unit"),
        Column("unit", Type.DOUBLE, "Unit of the last significant printed digit, in the base unit"),
        Column("lower", Type.DOUBLE, "Lower end; NULL where there is none"),
        Column("upper", Type.DOUBLE, "Upper end; NULL where there is none"),
        Column("with_lower", Type.BOOLEAN, "Whether the lower end belongs to it"),
        Column("with_upper", Type.BOOLEAN, "Whether the upper end belongs to it"),
    ),
)

CLAIM_EVIDENCE = Table(
    name="claim_evidence",
    description="Every figure that may speak for or against a claim, with what it was derived from and where that stands.",
    grain="one row per claim, release, period and way of deriving it",
    columns=(
        Column("claim_id", Type.VARCHAR, "The claim", nullable=False),
        Column("checked_against", Type.VARCHAR, "Source, or article for the article's own figures", nullable=False),
        SOURCE,
        RELEASE,
        Column("dataset", Type.VARCHAR, "Dataset, or the mart it is taken from", nullable=False),
        Column("indicator", Type.VARCHAR, "Indicator of the figures it is made of", nullable=False),
        TIME_PERIOD,
        Column("years_off", Type.INTEGER, "0, or how many years after the claim's own it is", unit="years"),
        Column("evidence_value", Type.DOUBLE, "The figure", unit="see unit_measure of the claim"),
        Column("definition", Type.VARCHAR, "What it counts; NULL where the code list source_definitions does not say"),
        Column("derivation", Type.VARCHAR, "as published, or how it follows from published figures", nullable=False),
        Column("place", Type.VARCHAR, "Where those stand: raw file, row and column", nullable=False),
    ),
)

CLAIM_CHECKS = Table(
    name="claim_checks",
    description="Each claim against each source that covers it, and against the article's own figures.",
    grain="one row per claim and check",
    key=("claim_id", "check"),
    columns=(
        Column("claim_id", Type.VARCHAR, "The claim", nullable=False),
        Column("check", Type.VARCHAR, "What it was checked against", nullable=False),
        Column(
            "verdict",
            Type.VARCHAR,
            "See the code list of verdicts",
            nullable=False,
            allowed=tuple(VERDICT),
        ),
        Column("evidence_source", Type.VARCHAR, "Source of the evidence"),
        Column("evidence_release", Type.VARCHAR, "Its release"),
        Column("evidence_period", Type.VARCHAR, "Its period"),
        Column("evidence_value", Type.DOUBLE, "Its value"),
        Column("difference", Type.DOUBLE, "evidence_value − claimed_value"),
        Column("explanation", Type.VARCHAR, "One English sentence with the numbers in it", nullable=False),
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
    ),
)
