"""The tables that account for every row and file read: nothing is lost, and nothing changed, in silence.

Belongs here: declarations of raw_files, row_ledger, quarantine and corrections. Does not belong here: the counting
(`ingest/`).
"""

from edumig_pipeline.model.observations import (
    BREAKDOWN,
    COUNTERPART_AREA,
    INDICATOR,
    RAW_FILE,
    RAW_ROW,
    REF_AREA,
    RELEASE,
    SEX_COLUMN,
    SOURCE,
    TIME_PERIOD,
)
from edumig_pipeline.model.table import Column, Rule, Table, Type

RAW_FILES = Table(
    name="raw_files",
    description="Every file under raw/: its checksum, size, rows and the layout it was recognised as.",
    grain="one row per file",
    key=("raw_file",),
    columns=(
        Column("raw_file", Type.VARCHAR, "Path under raw/", nullable=False),
        Column("sha256", Type.VARCHAR, "SHA-256 of its bytes; NULL when it could not be read"),
        Column("bytes", Type.BIGINT, "Its size", unit="bytes"),
        Column("rows", Type.BIGINT, "Rows read from it, all members and sheets; NULL when it was refused"),
        Column(
            "layout",
            Type.VARCHAR,
            "Layout it was recognised as, of an archive or workbook those of its members and sheets; NULL when it was refused",
        ),
        Column("source", Type.VARCHAR, SOURCE.description),
        Column("release", Type.VARCHAR, RELEASE.description),
        Column("address", Type.VARCHAR, "Where it was downloaded; NULL when release.toml does not say"),
    ),
)

ROW_LEDGER = Table(
    name="row_ledger",
    description="Where every row read went: published, quarantined or excluded.",
    grain="one row per file, member or sheet",
    key=("raw_file",),
    columns=(
        RAW_FILE,
        Column(
            "rows_read",
            Type.BIGINT,
            "Rows counted by reading; a matrix's cells count as rows",
            unit="rows",
            nullable=False,
        ),
        Column("rows_published", Type.BIGINT, "Rows that landed in any table", unit="rows", nullable=False),
        Column("rows_quarantined", Type.BIGINT, "Rows that broke a rule", unit="rows", nullable=False),
        Column("rows_excluded", Type.BIGINT, "Rows left out for a counted reason", unit="rows", nullable=False),
        Column("exclusion_reason", Type.VARCHAR, "The reasons with their counts: 12 blank cells; 1 repeated row"),
    ),
    rules=(
        Rule(
            "ledger_balances",
            "rows_read = rows_published + rows_quarantined + rows_excluded",
            "read {rows_read} rows, published {rows_published}, quarantined {rows_quarantined}, excluded {rows_excluded}",
        ),
    ),
)

QUARANTINE = Table(
    name="quarantine",
    description="Rows that broke a rule, and files that were refused, with the rule, the reason and the row as read. Of one rule "
    "and file, member or sheet the first 10,000 rows are listed; one closing row without raw_row stands for all the others, "
    "their exact number in raw_row_json.",
    grain="one row per refused row, one per file and rule for those beyond the first 10,000, one per refused file",
    columns=(
        RAW_FILE,
        RAW_ROW,
        Column("rule", Type.VARCHAR, "The first rule it broke", nullable=False),
        Column("reason", Type.VARCHAR, "What was found, for every rule it broke", nullable=False),
        Column(
            "raw_row_json",
            Type.VARCHAR,
            'The row as read, as a JSON object; NULL for a file; of a closing row {"rows": how many}',
        ),
    ),
)

CORRECTIONS = Table(
    name="corrections",
    description="Declared fixes to published figures, applied: what was published, what observations has instead, and why.",
    grain="one row per corrected value",
    key=("raw_file", "raw_row", "raw_column"),
    columns=(
        SOURCE,
        RELEASE,
        INDICATOR,
        REF_AREA,
        COUNTERPART_AREA,
        SEX_COLUMN,
        BREAKDOWN,
        TIME_PERIOD,
        Column("published_value", Type.DOUBLE, "The value in the publisher's file, in the base unit", nullable=False),
        Column("corrected_value", Type.DOUBLE, "The value in observations", nullable=False),
        Column("reason", Type.VARCHAR, "Why the published value cannot be right", nullable=False),
        Column("said_by", Type.VARCHAR, "Who says so", nullable=False),
        RAW_FILE,
        RAW_ROW,
        Column("raw_column", Type.VARCHAR, "For tables spread over columns, the column"),
    ),
)
