"""Argo Rollouts notifications: a CDEvent, or the small body of the template on the page of senders.

Argo has no fixed schema: what it posts is the template's. Ours is
`{rollout, namespace, phase, revision, image, at, weight, service, environment, message, url}`.
"""

from __future__ import annotations

from deployments.intake import environments, purl
from deployments.intake.dialects import cdevents
from deployments.intake.reading import Fields, object_of
from deployments.intake.record import Clue, Message, Record, Refusal
from deployments.models.states import DEPLOY, ROLLED_BACK, RUNNING, SUCCEEDED

DIALECT = "argo"
PHASES = {
    "progressing": RUNNING, "paused": RUNNING, "updated": RUNNING, "step-completed": RUNNING, "healthy": SUCCEEDED,
    "completed": SUCCEEDED, "degraded": ROLLED_BACK, "aborted": ROLLED_BACK,
}  # fmt: skip


def read(message: Message) -> list[Record]:
    """The record of one notification. Raises Refusal."""
    body = object_of(message)
    return cdevents.read_event(body) if "context" in body else [_record(body)]


def _record(body: Fields) -> Record:
    name, space = body.text("rollout", required=True), body.text("namespace", required=True)
    phase = body.text("phase", "trigger", required=True).lower().removeprefix("on-rollout-")
    if phase not in PHASES:
        raise Refusal(f"The phase {phase!r} is not known.", "phase", f"Send one of {', '.join(PHASES)}.")
    at, revision, image = body.when("at"), body.text("revision", required=True), body.text("image", limit=300)
    status, place = PHASES[phase], body.text("environment") or space
    return Record(
        dialect=DIALECT, event_id=f"{space}/{name}@{revision}:{phase}:{body.text('weight')}:{at.isoformat()}"[-200:], source=DIALECT,
        kind=DEPLOY, occurred_at=at, service=Clue(body.text("service") or name, "", image), external_id=f"{space}/{name}@{revision}"[-200:],
        status=status, artifact=image, version=body.text("version", limit=100) or purl.read(image).version,
        environment=environments.named(body.text("environment")), tier=environments.tier(place),
        started_at=at if status == RUNNING else None, finished_at=at if status != RUNNING else None,
        weight=percent(body, "weight"), contained=status == ROLLED_BACK, strategy=body.text("strategy", limit=40) or "canary",
        url=body.link("url"), title=body.text("message", limit=2_000)[:300], raw=body.data,
    )  # fmt: skip


def percent(body: Fields, path: str) -> float | None:
    """A share in percent, None where none is given. Raises Refusal for what is not within 0 and 100."""
    said = body.text(path)
    try:
        found = float(said) if said else None
    except ValueError as error:
        raise Refusal("It is not a number.", path, "Send a share from 0 to 100.") from error
    if found is not None and not 0 <= found <= 100:
        raise Refusal("It is not within 0 and 100.", path, "Send a share from 0 to 100.")
    return found
