"""The tables `runs` and `run_inputs`, written last of all: what was known of runs when the file was built.

Belongs here: those tables, and the counts of a generation that they show. Does not belong here: the journal (`journal`), or the
other tables (`derivation`, `database`).
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq

from edumig_pipeline.ingest.quarantine import rows_accounted_for
from edumig_pipeline.journal import Counts, EndedRun, Input, State
from edumig_pipeline.log import WARNING, reason_of, tell
from edumig_pipeline.model.checks import pandera_schema, validate
from edumig_pipeline.model.ddl import quoted
from edumig_pipeline.model.runs import RUN_INPUTS, RUNS
from edumig_pipeline.model.schemas import arrow_schema, polars_schema
from edumig_pipeline.model.table import Table
from edumig_pipeline.warehouse import Generation

RUN_TABLES = (RUNS, RUN_INPUTS)

_ORDER = {RUNS: ["started", "run_id"], RUN_INPUTS: ["run_id", "raw_file"]}
_SUMS = ("rows_read", "rows_published", "rows_quarantined", "rows_excluded")


def state_of(generation: Generation) -> State:
    """What a run that leaves this generation published says of it."""
    ledger, files, refused = (_read(generation, name) for name in ("row_ledger", "raw_files", "quarantine"))
    counts = Counts(
        releases=_read(generation, "releases").height,
        files=files.height,
        bytes=int(files["bytes"].sum()),
        **{name: int(ledger[name].sum()) for name in _SUMS},
        files_refused=refused.filter(rows_accounted_for() == 0).height,
    )
    inputs = files.select("raw_file", "sha256", "bytes").sort("raw_file")
    return State(generation.path.name, counts, tuple(Input(*row) for row in inputs.iter_rows()))


def add_runs(parquet: Path, database: Path, runs: Sequence[EndedRun], before: Generation | None) -> None:
    """Write the run tables under `parquet` and into the DuckDB file, where they are still empty.

    `runs` are those of the journal and the one that is building the file. What the generation `before` shows beyond them stays:
    the journal may have been lost.
    """
    with duckdb.connect() as db:
        db.execute("SET enable_progress_bar = false")
        db.execute(f"ATTACH {quoted(str(database))} AS warehouse")
        for declared, known in _frames(runs).items():
            frame = _with_those_before(declared, known, before).sort(_ORDER[declared])
            if broken := validate(declared, frame, pandera_schema(declared)).broken:
                raise ValueError(f"{declared.name}: rules {', '.join(broken)} are broken")
            rows = frame.to_arrow().cast(arrow_schema(declared))
            target = parquet / declared.name / "all.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(rows, target, compression="zstd")
            db.register("rows", rows)
            db.execute(f"INSERT INTO warehouse.{declared.name} BY NAME SELECT * FROM rows")
            db.unregister("rows")
        db.execute("CHECKPOINT warehouse")
        db.execute("DETACH warehouse")


def _frames(runs: Sequence[EndedRun]) -> dict[Table, pl.DataFrame]:
    told = [
        {
            **{name: value for name, value in vars(run).items() if name in RUNS.names},
            **(vars(run.counts) if run.counts else {}),
            "duration_seconds": run.duration_seconds,
            **{name: _without_zone(run, name) for name in ("started", "finished", "last_repeated")},
        }
        for run in runs
    ]
    inputs = [{"run_id": run.run_id, **vars(one)} for run in runs for one in run.inputs]
    return {
        RUNS: pl.DataFrame(told, schema=polars_schema(RUNS)),
        RUN_INPUTS: pl.DataFrame(inputs, schema=polars_schema(RUN_INPUTS)),
    }


def _without_zone(run: EndedRun, name: str) -> object:
    moment = getattr(run, name)
    return moment and moment.replace(tzinfo=None)


def _with_those_before(declared: Table, frame: pl.DataFrame, before: Generation | None) -> pl.DataFrame:
    """The rows and those of the generation before of runs that are not among them."""
    if before is None:
        return frame
    try:
        shown = _read(before, declared.name).match_to_schema(
            polars_schema(declared), missing_columns="insert", extra_columns="ignore"
        )
    except (OSError, pl.exceptions.PolarsError) as error:  # it may be of a version that knew no runs
        tell("runs_before_unknown", WARNING, table=declared.name, reason=reason_of(error))
        return frame
    return pl.concat([frame, shown.join(frame, on="run_id", how="anti")])


def _read(generation: Generation, table: str) -> pl.DataFrame:
    return pl.read_parquet(sorted(generation.parquet(table).iterdir()), glob=False)
