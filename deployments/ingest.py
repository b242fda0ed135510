"""Deployments from every source, once each: the same source and external id is the same deployment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from deployments.models import Deployment, Rollout
from deployments.models.states import RUNNING
from services.models import Entity

PORTAL = "colonnade"
CHANGEABLE = ("version", "state", "region", "environment", "actor", "url", "started_at", "finished_at")


def record(
    entity: Entity, *, source: str, external_id: str, occurred_at: datetime, **fields: Any
) -> tuple[Deployment, bool]:
    """Store what was reported; (row, whether it is new).

    Reports may come twice and out of order: an older one than that on record changes nothing, and one that has ended
    does not run again.
    """
    values = {name: fields[name] for name in CHANGEABLE if name in fields}
    try:
        with transaction.atomic():
            created = Deployment.objects.create(
                service=entity, source=source, external_id=external_id, occurred_at=occurred_at, **values
            )
        return created, True
    except IntegrityError:
        pass
    with transaction.atomic():
        row = Deployment.objects.select_for_update().get(source=source, external_id=external_id)
        backwards = row.state != RUNNING and values.get("state") == RUNNING
        same = all(getattr(row, name) == value for name, value in values.items())
        if row.occurred_at > occurred_at or backwards or same:
            return row, False
        for name, value in values.items():
            setattr(row, name, value)
        row.occurred_at = occurred_at
        row.save(update_fields=[*values, "occurred_at"])
    return row, False


def from_rollout(rollout: Rollout, state: str, finished_at: datetime | None = None) -> Deployment:
    """The portal's own rollout as a deployment."""
    row, _ = record(
        rollout.entity,
        source=PORTAL,
        external_id=f"rollout-{rollout.pk}",
        occurred_at=timezone.now(),
        version=rollout.version,
        state=state,
        region=rollout.target.get("region", ""),
        url=rollout.get_absolute_url(),
        actor=rollout.created_by,
        started_at=rollout.created_at,
        finished_at=finished_at,
    )
    return row
