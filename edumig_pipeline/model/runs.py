"""The tables that tell how the warehouse came about: its runs, and what each published one read.

Belongs here: declarations of runs and run_inputs. Does not belong here: the journal they are made of (`journal`).
"""

from edumig_pipeline.model.codes import RUN_OUTCOME
from edumig_pipeline.model.table import Column, Table, Type

_OF_STATE = "NULL of a failed run"

RUNS = Table(
    name="runs",
    description="Every run that was known when this file was built, and the one that built it: when, by which code, with what "
    "result. Later ones, such as those that change nothing, are in `edumig status` and in the next file. Like run_inputs, and "
    "unlike all other tables, it depends on more than the raw files and the code.",
    grain="one row per run; of runs that end alike between two publications the first, with how many followed",
    key=("run_id",),
    columns=(
        Column("run_id", Type.VARCHAR, "Its name, as in the log lines; of a run of Dagster's Dagster's own", nullable=False),
        Column("started", Type.TIMESTAMP, "When it began, UTC", nullable=False),
        Column(
            "finished",
            Type.TIMESTAMP,
            "When it ended, UTC; of the run that built this file just before the file was checked and moved into place",
            nullable=False,
        ),
        Column(
            "duration_seconds",
            Type.DOUBLE,
            "From its beginning to its end; of the run that built this file all but its last instants, and corrected in the next",
            unit="seconds",
            nullable=False,
        ),
        Column("outcome", Type.VARCHAR, "How it ended", nullable=False, allowed=tuple(RUN_OUTCOME)),
        Column("message", Type.VARCHAR, "Why it failed; NULL when it did not"),
        Column(
            "repeated",
            Type.BIGINT,
            "How many runs ended in the same way after it, before the next publication; they have no row of their own",
            unit="runs",
            nullable=False,
        ),
        Column("last_repeated", Type.TIMESTAMP, "When the last of those ended, UTC; NULL where there was none"),
        Column("started_by", Type.VARCHAR, "What started it: edumig refresh, or dagster", nullable=False),
        Column("code_version", Type.VARCHAR, "Version of the package that ran", nullable=False),
        Column("code_digest", Type.VARCHAR, "SHA-256 of the package's code, SQL and mapping rows", nullable=False),
        Column("generation", Type.VARCHAR, f"The state it left published, by the digest of all it is made from; {_OF_STATE}"),
        Column("releases", Type.BIGINT, f"Releases in that state; {_OF_STATE}", unit="releases"),
        Column("files", Type.BIGINT, f"Raw files it was made from; {_OF_STATE}", unit="files"),
        Column("bytes", Type.BIGINT, f"Their size; {_OF_STATE}", unit="bytes"),
        Column("rows_read", Type.BIGINT, f"Sum of row_ledger; {_OF_STATE}", unit="rows"),
        Column("rows_published", Type.BIGINT, f"Sum of row_ledger; {_OF_STATE}", unit="rows"),
        Column("rows_quarantined", Type.BIGINT, f"Sum of row_ledger; {_OF_STATE}", unit="rows"),
        Column("rows_excluded", Type.BIGINT, f"Sum of row_ledger; {_OF_STATE}", unit="rows"),
        Column("files_refused", Type.BIGINT, f"Files, members and sheets refused as a whole; {_OF_STATE}", unit="files"),
    ),
)

RUN_INPUTS = Table(
    name="run_inputs",
    description="The raw files that each published run of the table runs was made from, with their checksums then. Like runs, "
    "and unlike all other tables, it depends on more than the raw files and the code.",
    grain="one row per published run and raw file",
    key=("run_id", "raw_file"),
    columns=(
        Column("run_id", Type.VARCHAR, "The run, as in runs", nullable=False),
        Column("raw_file", Type.VARCHAR, "Path under raw/", nullable=False),
        Column("sha256", Type.VARCHAR, "SHA-256 of its bytes; NULL when it could not be read"),
        Column("bytes", Type.BIGINT, "Its size", unit="bytes"),
    ),
)
