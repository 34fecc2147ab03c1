"""The evidence: what publishers revised, where they part, whether they add up, and printed claims against all of it.

Belongs here: declarations of those tables. Does not belong here: their SQL (`edumig_pipeline/marts/*.sql`) or the code lists
they go by (`mart_codes`).
"""

from edumig_pipeline.model.codes import COMPARATOR, REVISION, UNIT_MEASURE, VERDICT
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


def _rows(name: str, description: str) -> Column:
    return Column(name, Type.BIGINT, description, unit="rows", nullable=False)


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

RELEASE_CHANGES = Table(
    name="release_changes",
    description="How far each release of a dataset parts from the one before it: its revisions, counted.",
    grain="one row per dataset and pair of releases; where nothing changed, too",
    key=("source", "dataset", "from_release", "to_release"),
    columns=(
        SOURCE,
        DATASET,
        Column("from_release", Type.VARCHAR, "The older release", nullable=False),
        Column("to_release", Type.VARCHAR, "The newer release", nullable=False),
        Column("from_released", Type.DATE, "The older release's date", nullable=False),
        Column("to_released", Type.DATE, "The newer release's date", nullable=False),
        _rows("rows_before", "Rows of the dataset in the older release"),
        _rows("rows_now", "Rows of the dataset in the newer release"),
        _rows(
            "rows_compared",
            "Rows of the older release that the newer one covers too: same indicator, counterpart area and sex, within its years "
            "and, of an extract, its areas; of each indicator the last release before that has it is the older one",
        ),
        _rows("rows_added", "Changes of kind added"),
        _rows("rows_retracted", "Changes of kind retracted"),
        _rows("rows_revised", "Changes of kind revised"),
        _rows("rows_of_other_status", "Changes of kind status"),
        _rows(
            "rows_dropped",
            "Rows of the older release that the newer one does not cover, where both say that they are full releases; else 0",
        ),
        Column("share_gained", Type.DOUBLE, "rows_added / rows_compared; NULL where nothing was compared"),
        Column(
            "share_lost",
            Type.DOUBLE,
            "(rows_retracted + rows_dropped) / (rows_compared + rows_dropped); NULL where that is 0 / 0",
        ),
        Column("share_revised", Type.DOUBLE, "rows_revised / rows_compared; NULL where nothing was compared"),
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
        Column("holds", Type.BOOLEAN, "Whether |residual| ≤ tolerance; NULL where it is not and a missing part may explain it"),
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
        Column("reading", Type.VARCHAR, "The interval as a sentence has it"),
    ),
)

CLAIM_ARITHMETIC = Table(
    name="claim_arithmetic",
    description="What the article's own figures say of a claim by plain arithmetic: impossible, or room for it.",
    grain="one row per claim of which they say anything",
    key=("claim_id",),
    columns=(
        Column("claim_id", Type.VARCHAR, "The claim", nullable=False),
        SOURCE,
        Column("release", Type.VARCHAR, "Release of the figures; NULL where they are claims themselves"),
        TIME_PERIOD,
        Column("evidence_value", Type.DOUBLE, "What the figures give", unit="see unit_measure of the claim"),
        Column("place", Type.VARCHAR, "Where the figures stand: raw file, row and column, or claims", nullable=False),
        Column("impossible", Type.BOOLEAN, "Whether the claim cannot be true beside them", nullable=False),
        Column("explanation", Type.VARCHAR, "One English sentence with the numbers in it", nullable=False),
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
