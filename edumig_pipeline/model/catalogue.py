"""All tables of the warehouse, in the order a reader meets them.

Belongs here: the list and the look-up. Does not belong here: any declaration.
"""

from edumig_pipeline.model.accounting import CORRECTIONS, QUARANTINE, RAW_FILES, ROW_LEDGER
from edumig_pipeline.model.evidence import (
    CLAIM_ARITHMETIC,
    CLAIM_CHECKS,
    CLAIM_EVIDENCE,
    CLAIM_INTERVALS,
    CLAIMS,
    IDENTITY_CHECKS,
    RECONCILIATION,
    RELEASE_CHANGES,
    REVISIONS,
)
from edumig_pipeline.model.marts import (
    KZ_ACADEMIC_MOBILITY,
    RELEASE_COVERAGE,
    STUDENT_FLOWS,
    STUDENT_MOBILITY,
    STUDENT_MOBILITY_BY_RELEASE,
)
from edumig_pipeline.model.observations import FOOTNOTES, LATEST_OBSERVATIONS, OBSERVATIONS
from edumig_pipeline.model.reference import (
    AREAS,
    CODEBOOK,
    DOWNLOADS,
    INDICATORS,
    RELEASES,
    SOURCE_AREAS,
    SOURCE_INDICATORS,
    SOURCES,
)
from edumig_pipeline.model.runs import RUN_INPUTS, RUNS
from edumig_pipeline.model.table import Table

TABLES: tuple[Table, ...] = (
    OBSERVATIONS,
    LATEST_OBSERVATIONS,
    INDICATORS,
    SOURCE_INDICATORS,
    AREAS,
    SOURCE_AREAS,
    SOURCES,
    DOWNLOADS,
    RELEASES,
    RAW_FILES,
    FOOTNOTES,
    CODEBOOK,
    QUARANTINE,
    ROW_LEDGER,
    CORRECTIONS,
    RUNS,
    RUN_INPUTS,
    STUDENT_MOBILITY,
    STUDENT_MOBILITY_BY_RELEASE,
    STUDENT_FLOWS,
    KZ_ACADEMIC_MOBILITY,
    REVISIONS,
    RELEASE_CHANGES,
    RECONCILIATION,
    IDENTITY_CHECKS,
    CLAIMS,
    CLAIM_INTERVALS,
    CLAIM_EVIDENCE,
    CLAIM_ARITHMETIC,
    CLAIM_CHECKS,
    RELEASE_COVERAGE,
)

_BY_NAME = {table.name: table for table in TABLES}


def table(name: str) -> Table:
    """The declared table of that name; KeyError when there is none."""
    return _BY_NAME[name]
