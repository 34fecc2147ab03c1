"""The jobs, and what starts them: schedules, and a sensor that sees changes under raw/. All are off until turned on.

Belongs here: when things run. Does not belong here: what they do, or how often a publisher is looked at (`looks`).
"""

import hashlib
from pathlib import Path

import dagster as dg

from edumig_pipeline.defs.folders import raw_folder
from edumig_pipeline.defs.groups import RAW, raw_key
from edumig_pipeline.defs.looks import look
from edumig_pipeline.defs.raw import fetched_sources
from edumig_pipeline.sources.layout import Source

refresh_job = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups(RAW),
    description="Read what is new under raw/, derive every mart, publish the DuckDB file. Needs no network.",
)

fetch_job = dg.define_asset_job(
    "fetch",
    selection=dg.AssetSelection.groups(RAW),
    description="Bring new releases of all publishers into raw/; one that is down does not stop the others. Publishes nothing.",
)

daily_refresh = dg.ScheduleDefinition(
    name="daily_refresh",
    job=refresh_job,
    cron_schedule="0 6 * * *",
    execution_timezone="UTC",
    description="Every day at 06:00 UTC; a day on which no raw file changed costs seconds and rewrites nothing.",
)


def fetch_job_name(source_id: str) -> str:
    """Name of the job that fetches from one publisher and publishes what came."""
    return f"fetch_{source_id}"


def schedule_name(source_id: str) -> str:
    """Name of the schedule of that job."""
    return f"{source_id}_schedule"


def _scheduled(source: Source) -> dg.ScheduleDefinition:
    """A job that fetches from one publisher and publishes what came, at the cadence of the publisher."""
    if source.cadence is None:
        raise ValueError(f"{source.id} offers nothing for download")
    job = dg.define_asset_job(
        fetch_job_name(source.id),
        selection=dg.AssetSelection.assets(raw_key(source.id)).downstream().required_multi_asset_neighbors(),
        description=f"Bring new releases of {source.publisher} into raw/, read them, derive every mart, publish the DuckDB file.",
    )
    return dg.ScheduleDefinition(
        name=schedule_name(source.id),
        job=job,
        cron_schedule=look(source.cadence).cron,
        execution_timezone="UTC",
        description=f"{source.publisher} renews what it offers every {source.cadence.value}; a look at which nothing is new "
        "downloads little and rewrites nothing.",
    )


@dg.sensor(
    name="raw_changes",
    job=refresh_job,
    minimum_interval_seconds=60,
    description="Starts a refresh when a file under raw/ appears, changes or goes.",
)
def raw_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """One run per state of the folder, told by names, sizes and times; the run itself goes by checksums."""
    raw = raw_folder()
    if not raw.is_dir():
        return dg.SkipReason(f"there is no folder {raw}")
    state = _state(raw)
    if state == context.cursor:
        return dg.SkipReason("nothing changed under raw/")
    # No run key: Dagster runs a key once ever, and a folder may come back to a state it was in before.
    return dg.SensorResult(run_requests=[dg.RunRequest()], cursor=state)


def _state(raw: Path) -> str:
    lines = [
        f"{path.relative_to(raw).as_posix()}\0{stat.st_size}\0{stat.st_mtime_ns}"
        for path in sorted(raw.rglob("*"))
        if path.is_file() and not any(name.startswith(".") for name in path.relative_to(raw).parts)
        for stat in [path.stat()]
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dg.definitions
def defs() -> dg.Definitions:
    """Everything that runs by itself, and the jobs."""
    scheduled = [_scheduled(source) for source in fetched_sources()]
    return dg.Definitions(
        jobs=[refresh_job, fetch_job, *(schedule.job for schedule in scheduled)],
        schedules=[daily_refresh, *scheduled],
        sensors=[raw_changes],
    )
