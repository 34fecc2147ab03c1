"""Where an asset stands on the page: its key, its group and who answers for it.

    raw -> observations -> reference, accounting, marts -> evidence -> warehouse

Belongs here: those three, for every asset. Does not belong here: the assets.
"""

import dagster as dg

from edumig_pipeline.model import accounting, evidence, marts
from edumig_pipeline.model.observations import OBSERVATIONS as ALL_OBSERVATIONS
from edumig_pipeline.model.reference import RELEASES
from edumig_pipeline.model.runs import RUN_INPUTS, RUNS
from edumig_pipeline.model.table import Table

RAW, OBSERVATIONS, REFERENCE, ACCOUNTING = "raw", "observations", "reference", "accounting"
MARTS, EVIDENCE, WAREHOUSE = "marts", "evidence", "warehouse"

# Who is asked when an asset fails: whoever brings and reads the files, whoever answers for a definition or a verdict, whoever
# keeps the published file. Put your own teams or addresses here.
_COLLECTION, _ANALYSIS, _PUBLICATION = ["team:collection"], ["team:analysis"], ["team:publication"]
OWNERS = {
    RAW: _COLLECTION,
    OBSERVATIONS: _COLLECTION,
    REFERENCE: _ANALYSIS,
    ACCOUNTING: _COLLECTION,
    MARTS: _ANALYSIS,
    EVIDENCE: _ANALYSIS,
    WAREHOUSE: _PUBLICATION,
}

# What was landed and what each release covers: every mart reads these.
_LANDED = {ALL_OBSERVATIONS, RELEASES, marts.RELEASE_COVERAGE}
_ACCOUNTS = {accounting.RAW_FILES, accounting.ROW_LEDGER, accounting.QUARANTINE, accounting.CORRECTIONS, RUNS, RUN_INPUTS}
_MARTS = {
    marts.STUDENT_MOBILITY,
    marts.STUDENT_MOBILITY_BY_RELEASE,
    marts.STUDENT_FLOWS,
    marts.KZ_ACADEMIC_MOBILITY,
}
_EVIDENCE = {
    evidence.REVISIONS,
    evidence.RELEASE_CHANGES,
    evidence.RECONCILIATION,
    evidence.IDENTITY_CHECKS,
    evidence.CLAIMS,
    evidence.CLAIM_INTERVALS,
    evidence.CLAIM_EVIDENCE,
    evidence.CLAIM_ARITHMETIC,
    evidence.CLAIM_CHECKS,
}


def group_of(table: Table) -> str:
    """The group of a table's asset: what says what codes mean is `reference`, unless it is one of the others."""
    groups = {ACCOUNTING: _ACCOUNTS, MARTS: _MARTS, EVIDENCE: _EVIDENCE, OBSERVATIONS: _LANDED}
    return next((group for group, tables in groups.items() if table in tables), REFERENCE)


def raw_key(source_id: str) -> dg.AssetKey:
    """Key of what a publisher published. The graph shows the last part of a key, so that names stay short."""
    return dg.AssetKey([RAW, source_id])


def observations_key(source_id: str) -> dg.AssetKey:
    """Key of a publisher's landed releases."""
    return dg.AssetKey([OBSERVATIONS, source_id])


def table_key(name: str) -> dg.AssetKey:
    """Key of a published table."""
    return dg.AssetKey([name])
