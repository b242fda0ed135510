"""Incidents from every source, once each, and the deployment that caused them where that is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from deployments.intake.settle import stamped
from deployments.models import Deployment, Incident
from services.models import Entity

TOLD = ("title", "severity", "url", "artifact")


def record(
    entity: Entity,
    *,
    source: str,
    external_id: str,
    occurred_at: datetime,
    opened_at: datetime | None = None,
    resolved_at: datetime | None = None,
    caused_by: str = "",
    **fields: Any,
) -> tuple[Incident, bool]:
    """Store what was told of an incident; (row, whether it is new).

    Any order gives the same row: it was opened at the earliest moment that was told, and resolved at the latest. `fields` are
    title, severity, url and artifact; `caused_by` is the external id of a deployment of the service.
    """
    told = {name: fields[name] for name in TOLD if name in fields}
    with transaction.atomic(savepoint=False):
        row = Incident.objects.select_for_update().filter(source=source, external_id=external_id).first()
        is_new = row is None
        if row is None:
            try:
                with transaction.atomic():
                    row = _create(entity, source, external_id, occurred_at, opened_at)
            except IntegrityError:  # somebody else has just told of the same one
                row, is_new = Incident.objects.select_for_update().get(source=source, external_id=external_id), False
        _settle(row, told, occurred_at, opened_at or occurred_at, resolved_at)
        _blame(row, caused_by)
        row.save()
    return row, is_new


def _create(entity: Entity, source: str, external_id: str, at: datetime, opened_at: datetime | None) -> Incident:
    return Incident.objects.create(
        service=entity,
        source=source,
        external_id=external_id,
        title="Incident",
        opened_at=opened_at or at,
        occurred_at=at,
    )


def _settle(
    row: Incident, told: dict[str, Any], at: datetime, opened_at: datetime, resolved_at: datetime | None
) -> None:
    held = {name: getattr(row, name) for name in (*TOLD, "stamps")}
    for name, value in stamped(held, told, at, TOLD).items():
        setattr(row, name, value)
    row.opened_at, row.occurred_at = min(row.opened_at, opened_at), max(row.occurred_at, at)
    ends = [one for one in (row.resolved_at, resolved_at) if one]
    row.resolved_at = max(ends) if ends else None


def _blame(row: Incident, caused_by: str) -> None:
    """Find the deployment: the one that was named, else the newest of the artifact before the incident.

    The name stays with the incident, because the deployment may be told of later.
    """
    if caused_by:
        row.stamps = {**row.stamps, "caused_by": max(caused_by, row.stamps.get("caused_by", ""))}
    mine = Deployment.objects.filter(service=row.service_id)
    named = mine.filter(external_id=row.stamps.get("caused_by", "")).order_by("source").first()
    suspects = mine.filter(artifact=row.artifact, occurred_at__lte=row.opened_at) if row.artifact else mine.none()
    row.deployment = named or suspects.order_by("-occurred_at", "-source", "-external_id").first()


def look_again(deployment: Deployment) -> None:
    """A deployment has arrived or moved: incidents that name it or its artifact may be its doing."""
    fits = Q(stamps__caused_by=deployment.external_id)
    if deployment.artifact:
        fits |= Q(artifact=deployment.artifact)
    rows = Incident.objects.select_for_update().filter(fits, service=deployment.service_id)
    for row in rows.order_by("pk"):
        before = row.deployment_id
        _blame(row, "")
        if row.deployment_id != before:
            row.save(update_fields=["deployment"])
