"""Amazon EventBridge: state changes of CodeDeploy, CodePipeline and ECS deployments, of alarms and of Config rules.

The envelope is `{version, id, detail-type, source, account, time, region, resources[], detail}`. Deployments get the
source and id under which the portal reads them from the account itself, so that both ways meet in one row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deployments.intake.reading import Fields, object_of
from deployments.intake.record import Clue, Message, Record, Refusal
from deployments.models.states import CANCELLED, DEPLOY, FAILED, ROLLBACK, ROLLED_BACK, RUNNING, SUCCEEDED

DIALECT = "eventbridge"
CODEDEPLOY = {"START": RUNNING, "READY": RUNNING, "SUCCESS": SUCCEEDED, "FAILURE": FAILED, "STOP": CANCELLED}
CODEPIPELINE = {
    "STARTED": RUNNING, "RESUMED": RUNNING, "STOPPING": RUNNING, "SUCCEEDED": SUCCEEDED, "FAILED": FAILED, "CANCELED": CANCELLED,
    "STOPPED": CANCELLED, "SUPERSEDED": CANCELLED,
}  # fmt: skip
ECS = {
    "SERVICE_DEPLOYMENT_IN_PROGRESS": RUNNING,
    "SERVICE_DEPLOYMENT_COMPLETED": SUCCEEDED,
    "SERVICE_DEPLOYMENT_FAILED": FAILED,
}


def read(message: Message) -> list[Record]:
    """The record of one event; none for events that say nothing of deployments. Raises Refusal."""
    return read_event(object_of(message))


def read_event(event: Fields) -> list[Record]:
    """Like `read`, for an event that is parsed already."""
    kind, source = event.text("detail-type", required=True), event.text("source", required=True)
    reader = READERS.get((source, kind))
    return [reader(event, event.inner("detail"))] if reader else []


def _base(event: Fields, source: str, kind: str, **more: Any) -> Record:
    at = event.when("time")
    status = more.get("status", "")
    times = {
        "started_at": at if status == RUNNING else None,
        "finished_at": at if status not in ("", RUNNING) else None,
    }
    return Record(
        dialect=DIALECT, event_id=event.text("id", required=True), source=source, kind=kind, occurred_at=at, raw=event.data,
        account=event.text("account", limit=12), region=event.text("region", limit=30), **(times | more),
    )  # fmt: skip


def _state(detail: Fields, name: str, states: dict[str, str]) -> str:
    said = detail.text(name, required=True)
    if said not in states:
        raise Refusal(f"The state {said!r} is not known.", f"detail.{name}", f"Send one of {', '.join(states)}.")
    return states[said]


def _codedeploy(event: Fields, detail: Fields) -> Record:
    return _base(
        event, "codedeploy", DEPLOY, external_id=detail.text("deploymentId", required=True),
        status=_state(detail, "state", CODEDEPLOY), service=Clue(application=detail.text("application", required=True)),
    )  # fmt: skip


def _codepipeline(event: Fields, detail: Fields) -> Record:
    trigger = detail.text("execution-trigger.trigger-type", limit=60)
    return _base(
        event, "codepipeline", ROLLBACK if trigger.endswith("Rollback") else DEPLOY, trigger=trigger,
        external_id=detail.text("execution-id", required=True), status=_state(detail, "state", CODEPIPELINE),
        service=Clue(application=detail.text("pipeline", required=True)),
    )  # fmt: skip


def _ecs(event: Fields, detail: Fields) -> Record:
    """ECS names a rollback in the reason only."""
    resources = event.value("resources") or []
    arn = resources[0] if isinstance(resources, list) and resources and isinstance(resources[0], str) else ""
    if ":service/" not in arn or len(arn) > 300:
        raise Refusal("It names no ECS service.", "resources", "Send the event as EventBridge does.")
    status, reason = _state(detail, "eventName", ECS), detail.text("reason", limit=2_000)
    if status == FAILED and "roll" in reason.lower():
        status = ROLLED_BACK
    return _base(
        event, "ecs", DEPLOY, external_id=f"{arn.partition(':service/')[2]}:{detail.text('deploymentId', required=True)}"[-200:],
        status=status, service=Clue(arn=arn, application=arn.rpartition("/")[2]), title=reason[:300],
    )  # fmt: skip


def _alarm(event: Fields, detail: Fields) -> Record:
    name, state = detail.text("alarmName", limit=255, required=True), detail.text("state.value")
    resources = event.value("resources") or []
    arn = next((one for one in resources if isinstance(one, str)), "") if isinstance(resources, list) else ""
    return _base(
        event, "cloudwatch", "alarm", service=Clue(arn=arn[:300], application=name), title=f"{name}: {state}"[:300]
    )


def _compliance(event: Fields, detail: Fields) -> Record:
    rule, now = detail.text("configRuleName", required=True), detail.text("newEvaluationResult.complianceType")
    resource = detail.text("resourceId", limit=300)
    clue = Clue(arn=resource if resource.startswith("arn:") else "", application=resource)
    return _base(event, "config", "compliance", service=clue, title=f"{rule}: {now}"[:300])


READERS: dict[tuple[str, str], Callable[[Fields, Fields], Record]] = {
    ("aws.codedeploy", "CodeDeploy Deployment State-change Notification"): _codedeploy,
    ("aws.codepipeline", "CodePipeline Pipeline Execution State Change"): _codepipeline,
    ("aws.ecs", "ECS Deployment State Change"): _ecs,
    ("aws.cloudwatch", "CloudWatch Alarm State Change"): _alarm,
    ("aws.config", "Config Rules Compliance Change"): _compliance,
}
