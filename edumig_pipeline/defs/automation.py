"""The main job, and what starts it: a daily schedule, and a sensor that sees changes under raw/. Both are off until turned on.

Belongs here: when things run. Does not belong here: what they do.
"""

import hashlib
from pathlib import Path

import dagster as dg

from edumig_pipeline.defs.folders import raw_folder

refresh_job = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    description="Read what is new under raw/, derive every mart, publish the DuckDB file.",
)

daily_refresh = dg.ScheduleDefinition(
    name="daily_refresh",
    job=refresh_job,
    cron_schedule="0 6 * * *",
    execution_timezone="UTC",
    description="Every day at 06:00 UTC; a day on which no raw file changed costs seconds and rewrites nothing.",
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
        if path.is_file() and not path.name.startswith(".")
        for stat in [path.stat()]
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
