"""Alerts: what goes wrong on Dagster's side, posted to a webhook; nothing unless EDUMIG_ALERT_WEBHOOK is set.

Dagster's own sensor for failed runs moves on when its message could not be delivered. This one comes back to it.

Belongs here: finding what there is to tell. Does not belong here: posting it (`retrieval/webhook`), or when a publisher counts as
stale (`looks`).
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

import dagster as dg

from edumig_pipeline.log import plain
from edumig_pipeline.retrieval.webhook import WebhookError, post

VARIABLE = "EDUMIG_ALERT_WEBHOOK"

_RECORDED_WITHIN = 3_600.0  # seconds that may pass between the end of a run and its record
_LONGEST = 1_000  # characters of a reason
_BAD_FRESHNESS = ("WARN", "FAIL")


@dataclass(frozen=True)
class Alert:
    """One message: `text` says it all in a sentence, as chat programs show it; the other fields are for programs.

    `kind` is run_failed, freshness or check; `state` is FAILURE of a run, PASS, WARN or FAIL of an asset's freshness, PASS, WARN
    or ERROR of a check.
    """

    kind: str
    subject: str
    state: str
    text: str
    run_id: str | None = None


@dataclass(frozen=True)
class Told:
    """What was told already: runs that failed, with when, and the last state told of each asset and check.

    `since` is the newest of those moments, or when the looking began. A run that ended before it may be recorded after it.
    """

    since: float
    runs: dict[str, float] = field(default_factory=dict)  # those of the last hour before `since`
    states: dict[str, str] = field(default_factory=dict)

    def with_run(self, run_id: str, moment: float) -> "Told":
        """This and a run that failed."""
        since = max(self.since, moment)
        runs = {one: ended for one, ended in {**self.runs, run_id: moment}.items() if ended >= since - _RECORDED_WITHIN}
        return replace(self, since=since, runs=runs)

    def with_state(self, key: str, state: str) -> "Told":
        """This and the state of an asset or check."""
        return replace(self, states=self.states | {key: state})


@dg.sensor(
    name="alerts",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=f"Posts to the webhook in {VARIABLE} when a run fails, when a publisher was not looked at in time, and when a "
    "check begins or ceases to fail. Does nothing where the variable is not set.",
)
def alerts(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Each alert is posted once, and again at the next look as long as it could not be delivered."""
    address = os.environ.get(VARIABLE)
    if not address:
        return dg.SkipReason(f"{VARIABLE} is not set")
    if context.cursor is None:
        told = Told(datetime.now(UTC).timestamp())
        for run_id, _, moment in _failed_runs(context.instance, told):
            told = told.with_run(run_id, moment)
        return dg.SensorResult(cursor=json.dumps(asdict(told)), skip_reason="the first look: what failed before is past")
    told, posted = Told(**json.loads(context.cursor)), 0
    for alert, after in _news(context, told):
        try:
            post(address, {**asdict(alert), "project": "edumig_pipeline"})
        except WebhookError as error:
            if not posted:
                raise  # a failed look keeps its cursor, and is red on the page
            context.log.warning(f"{posted} posted, the others at the next look: {error}")
            break
        told, posted = after, posted + 1
    return dg.SensorResult(cursor=json.dumps(asdict(told)), skip_reason=f"{posted} alerts posted" if posted else "nothing new")


def _news(context: dg.SensorEvaluationContext, told: Told) -> Iterator[tuple[Alert, Told]]:
    """What there is to tell, each with what was told when it is."""
    for run_id, job, moment in _failed_runs(context.instance, told):
        told = told.with_run(run_id, moment)
        said = f"The run of {job} failed: {_reason(context.instance, run_id)}"
        yield Alert("run_failed", job, "FAILURE", said, run_id), told
    for alert in (*_freshness(context), *_checks(context)):
        key = f"{alert.kind}:{alert.subject}"
        # What is well and always was is no news.
        if alert.state != told.states.get(key, "PASS"):
            told = told.with_state(key, alert.state)
            yield alert, told


def _failed_runs(instance: dg.DagsterInstance, told: Told) -> list[tuple[str, str, float]]:
    """Id, job and end of the runs that failed and were not told of, in order of their end."""
    earliest = told.since - _RECORDED_WITHIN
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=datetime.fromtimestamp(earliest, UTC))
    ended = [
        (record.dagster_run.run_id, record.dagster_run.job_name, record.end_time or record.update_timestamp.timestamp())
        for record in instance.get_run_records(failed)
    ]
    fresh = [one for one in ended if one[0] not in told.runs and one[2] >= earliest]
    return sorted(fresh, key=lambda one: one[2])


def _reason(instance: dg.DagsterInstance, run_id: str) -> str:
    """What the steps that failed said, without where in the code."""
    said = []
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        error = entry.dagster_event and entry.dagster_event.step_failure_data.error
        while error and error.cause:
            error = error.cause
        said.append(f"{entry.step_key}: {error.message.strip() if error else 'no reason given'}")
    text = plain("; ".join(said) or "no step says why; see the run's page")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _freshness(context: dg.SensorEvaluationContext) -> Iterator[Alert]:
    """In which state Dagster's daemon found each asset that has to be renewed in time."""
    nodes = _repository(context).asset_graph.asset_nodes
    keys = [node.key for node in nodes if node.freshness_policy]
    records = context.instance.get_freshness_state_records(keys)
    for key, record in sorted(records.items(), key=lambda one: one[0].to_user_string()):
        name, state = key.to_user_string(), record.freshness_state.value
        if state in _BAD_FRESHNESS:
            yield Alert("freshness", name, state, f"{name} was not renewed in time: its freshness is {state}.")
        elif state == "PASS":
            yield Alert("freshness", name, state, f"{name} is fresh again.")


def _checks(context: dg.SensorEvaluationContext) -> Iterator[Alert]:
    """How each check ended when it was last evaluated."""
    for key in sorted(_repository(context).asset_graph.asset_check_keys, key=lambda key: key.to_user_string()):
        record = context.instance.get_latest_asset_check_evaluation_record(key)
        found = record and record.evaluation
        if record is None or not isinstance(found, dg.AssetCheckEvaluation):
            continue  # it is planned in a run that did not come to it yet
        name, state = key.to_user_string(), "PASS" if found.passed else found.severity.value
        said = plain(found.description or "see the page")[:_LONGEST]
        text = f"The check {name} passes again." if found.passed else f"The check {name} fails ({state}): {said}"
        yield Alert("check", name, state, text, record.run_id)


def _repository(context: dg.SensorEvaluationContext) -> dg.RepositoryDefinition:
    if context.repository_def is None:
        raise ValueError("a sensor knows its repository")
    return context.repository_def


@dg.definitions
def defs() -> dg.Definitions:
    """The sensor, which is on: the variable is its switch."""
    return dg.Definitions(sensors=[alerts])
