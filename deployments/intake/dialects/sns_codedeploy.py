"""CodeDeploy's SNS triggers: a notification whose Message is JSON in a string; an EventBridge event in it is read as well."""

from __future__ import annotations

from deployments.intake.dialects import eventbridge
from deployments.intake.reading import Fields, json_of, object_of
from deployments.intake.record import Clue, Message, Record, Refusal
from deployments.models.states import CANCELLED, DEPLOY, FAILED, ROLLBACK, RUNNING, SUCCEEDED

DIALECT = "sns"
NOTIFICATION = "Notification"
STATES = {
    "CREATED": RUNNING, "QUEUED": RUNNING, "IN_PROGRESS": RUNNING, "INPROGRESS": RUNNING, "READY": RUNNING, "BAKING": RUNNING,
    "SUCCEEDED": SUCCEEDED, "FAILED": FAILED, "STOPPED": CANCELLED,
}  # fmt: skip


def read(message: Message) -> list[Record]:
    """The record of one notification; none for messages about single hosts. Raises Refusal."""
    envelope = object_of(message)
    if envelope.text("Type", required=True) != NOTIFICATION:
        return []
    text = envelope.text("Message", limit=262_144, required=True)
    try:
        body = Fields(json_of(text.encode()), "Message")
    except Refusal as error:
        raise Refusal("It is not JSON.", "Message", "Let CodeDeploy send to this topic, and nothing else.") from error
    if "detail-type" in body:
        return eventbridge.read_event(Fields(body.data))
    if "instanceId" in body:
        return []
    return [_record(envelope, body)]


def _record(envelope: Fields, body: Fields) -> Record:
    said = body.text("status", required=True).upper()
    if said not in STATES:
        raise Refusal(f"The status {said!r} is not known.", "Message.status", f"Send one of {', '.join(STATES)}.")
    status, at = STATES[said], envelope.when("Timestamp")
    undone = _rollback(body)
    return Record(
        dialect=DIALECT, event_id=envelope.text("MessageId", required=True), source="codedeploy", raw=body.data,
        kind=ROLLBACK if undone or body.text("creator") == "codeDeployRollback" else DEPLOY, occurred_at=body.moment("completeTime") or at,
        external_id=body.text("deploymentId", required=True), status=status, rollback_of=undone, trigger=body.text("eventTriggerName", limit=60),
        service=Clue(application=body.text("applicationName", required=True)), account=body.text("accountId", limit=12),
        region=body.text("region", limit=30), started_at=body.moment("createTime"), actor=body.text("creator", limit=150),
        finished_at=(body.moment("completeTime") or at) if status != RUNNING else None,
    )  # fmt: skip


def _rollback(body: Fields) -> str:
    """The deployment that this one takes back. CodeDeploy writes these details as JSON in a string."""
    details = body.value("rollbackInformation")
    if isinstance(details, str) and details.strip():
        try:
            details = json_of(details.encode())
        except Refusal:
            details = None
    if not isinstance(details, dict):
        return ""
    names = {key.lower(): value for key, value in details.items()}
    found = names.get("rollbacktriggeringdeploymentid", "")
    return found[:200] if isinstance(found, str) else ""
