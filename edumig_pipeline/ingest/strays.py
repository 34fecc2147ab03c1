"""Accounts of files that lie outside any release folder: they are refused by name.

Belongs here: their rows in the accounting tables. Does not belong here: files of a release (`landing`).
"""

from collections.abc import Mapping, Sequence

import polars as pl

from edumig_pipeline.ingest.inventory import FoundFile
from edumig_pipeline.ingest.ledger import Ledger
from edumig_pipeline.ingest.quarantine import FAILURE_SCHEMA, refusal
from edumig_pipeline.model.accounting import QUARANTINE, RAW_FILES, ROW_LEDGER


def stray_accounts(strays: Sequence[FoundFile]) -> Mapping[str, pl.DataFrame]:
    """Rows of raw_files, row_ledger and quarantine for stray files, by table; empty frames when there are none."""
    ledger = Ledger()
    refused = []
    for file in strays:
        rule, reason = file.fault or ("release_folder", "outside a release folder")
        ledger.open_file(file)
        ledger.open_part(file.raw_file, file, None, "observations")
        ledger.refuse_part(file.raw_file, rule)
        refused.append(refusal(file.raw_file, rule, reason))
    return {
        RAW_FILES.name: ledger.files(None, None),
        ROW_LEDGER.name: ledger.rows({"observations": {}}, {}),
        QUARANTINE.name: pl.concat(refused) if refused else pl.DataFrame(schema=FAILURE_SCHEMA),
    }
