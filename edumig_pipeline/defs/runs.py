"""A run of Dagster's as the journal and the log know it: under Dagster's own id, begun when Dagster says.

Belongs here: that translation, for every step. Does not belong here: the journal (`journal`), the log (`log`), or alerts
(`alerts`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import dagster as dg

from edumig_pipeline.defs.folders import warehouse
from edumig_pipeline.journal import Run
from edumig_pipeline.log import logged
from edumig_pipeline.refresh import failure_kept

DAGSTER = "dagster"


@contextmanager
def ends_the_run_if_it_fails(context: dg.AssetExecutionContext) -> Iterator[Run]:
    """The run of a step, which writes the log until the block ends, and into the journal what goes wrong in it."""
    record = context.instance.get_run_record_by_id(context.run.run_id)
    began = record and record.start_time
    run = Run(context.run.run_id, datetime.fromtimestamp(began, UTC) if began else datetime.now(UTC), DAGSTER)
    with logged(run.id, run.started_by), failure_kept(warehouse(), run):
        yield run
