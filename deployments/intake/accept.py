"""From records to rows: find the service, ask whether the reporter may, take each event once, keep what is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from deployments import ingest
from deployments.intake import commits, incidents, matching, reporters
from deployments.intake.record import CHANGE, INCIDENT, NOTES, Record, Refusal
from deployments.intake.reporters import Reporter
from deployments.models import Deployment, Incident, IntakeEvent
from portal.aws.accounts import accounts
from services.models import Entity

ACCEPTED, DUPLICATE, IGNORED = "accepted", "duplicate", "ignored"
AHEAD = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""
OLDEST = timedelta(days=760)
"""Deployments are kept 25 months: what is older would be deleted at once."""
OWN = {"colonnade", "codedeploy", "codepipeline", "ecs", "lambda", "cloudwatch", "config"}
"""Sources that only the portal, or AWS itself, may write under."""
PER_SENDER = {"argo", "flagger"}
"""Dialects whose ids are unique within one cluster only: each cluster is a sender of its own."""


class Known(Exception):
    """The event has been taken before."""


@dataclass(frozen=True)
class Taken:
    """What became of one event that was not refused."""

    state: str
    event_id: str = ""
    kind: str = ""
    service: str = ""
    deployment: int | None = None


def accept(record: Record, reporter: Reporter) -> Taken:
    """Store one event, in one transaction. Raises Refusal."""
    _check_time(record)
    entity = _service(record)
    if entity is not None:
        reporters.require(reporter, entity)
    named = replace(record, source=_source(record, reporter, entity))
    try:
        with transaction.atomic():
            event = _apply(named, entity) if entity is not None and not _told_by_aws(named) else IntakeEvent()
            _store(event, named, reporter, entity)
    except Known:
        return Taken(DUPLICATE, record.event_id, record.kind, entity.ref if entity else "")
    return Taken(ACCEPTED, record.event_id, record.kind, entity.ref if entity else "", event.deployment_id)


def _check_time(record: Record) -> None:
    now = timezone.now()
    for name in ("occurred_at", "started_at", "finished_at"):
        moment = getattr(record, name)
        if moment and moment > now + AHEAD:
            raise Refusal("It lies in the future.", name, "Set the sender's clock, and send UTC.")
    if record.occurred_at < now - OLDEST:
        raise Refusal("It is older than what the portal keeps.", "occurred_at", "Send events of the last 25 months.")


def _service(record: Record) -> Entity | None:
    """The service; a note may be about none."""
    try:
        return matching.find(record.service)
    except Refusal:
        if record.kind in NOTES:
            return None
        raise


def _source(record: Record, reporter: Reporter, entity: Entity | None) -> str:
    """Whose ids these are. Raises Refusal for a name that is the portal's own."""
    if record.dialect in PER_SENDER:
        return f"{record.dialect}:{reporter.name}"[:200]
    if record.dialect == "plain" and record.source == "plain":
        return f"plain:{entity.ref if entity else ''}"[:200]
    own = record.source in OWN or record.source.startswith(("github", "gitlab"))
    if record.dialect in ("cdevents", "plain") and own:
        raise Refusal(
            f"The source {record.source!r} is the portal's own.", "source", "Choose another, such as a web address."
        )
    return record.source


def _store(event: IntakeEvent, record: Record, reporter: Reporter, entity: Entity | None) -> None:
    """Write the event itself, last: one that has been taken before undoes the whole transaction. Raises Known."""
    event.source, event.event_id, event.dialect, event.kind = (
        record.source,
        record.event_id,
        record.dialect,
        record.kind,
    )
    event.sender, event.service, event.occurred_at = reporter.name[:160], entity, record.occurred_at
    words = " ".join(part for part in (record.version, record.status, record.environment) if part)
    event.summary, event.outcome = (record.title or words)[:300], record.status[:20]
    try:
        event.save(force_insert=True)
    except IntegrityError as error:
        raise Known from error


def _apply(record: Record, entity: Entity) -> IntakeEvent:
    """Write what the event is about; an event, not stored yet, that points there."""
    if record.kind == INCIDENT:
        return IntakeEvent(incident=_incident(record, entity))
    if record.kind == CHANGE:
        commits.merged(entity, record.commits, record.chain)
    elif record.kind not in NOTES:
        return IntakeEvent(deployment=_deployment(record, entity))
    return IntakeEvent()


def _told_by_aws(record: Record) -> bool:
    """Whether the portal reads this deployment from the account itself.

    ECS tells its events under other ids than its API, and an execution of a pipeline may be CodeDeploy's deployment: only what is
    read from the account says which.
    """
    if record.dialect != "eventbridge" or record.source not in ("codepipeline", "ecs"):
        return False
    return any(one.account_id == record.account and record.region in one.regions for one in accounts())


def _deployment(record: Record, entity: Entity) -> Deployment:
    row, _ = ingest.record(
        entity, source=record.source, external_id=record.external_id, occurred_at=record.occurred_at, state=record.status,
        kind=record.kind, version=record.version, environment=record.environment, tier=record.tier, region=record.region,
        actor=record.actor, url=record.url, commit=record.commit, artifact=record.artifact, trigger=record.trigger,
        strategy=record.strategy, rollback_of=record.rollback_of, weight=record.weight, chain=record.chain, contained=record.contained,
        remediates=record.remediates, started_at=record.started_at, finished_at=record.finished_at,
    )  # fmt: skip
    if row.service_id != entity.pk:
        raise Refusal(
            "Another service has reported a deployment under this source and id.",
            "external_id",
            "Send an id of its own.",
            status=409,
        )
    commits.brought(row, record.commits)
    incidents.look_again(row)
    return row


def _incident(record: Record, entity: Entity) -> Incident:
    row, _ = incidents.record(
        entity, source=record.source, external_id=record.external_id, occurred_at=record.occurred_at,
        opened_at=record.started_at, resolved_at=record.occurred_at if record.status == "resolved" else None,
        title=record.title, severity=record.severity, url=record.url, artifact=record.artifact, caused_by=record.caused_by,
    )  # fmt: skip
    return row
