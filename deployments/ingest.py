"""Deployments from every source, once each: the same source and external id is the same deployment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from deployments.intake.settle import ONCE_TRUE, STAMPED, settled
from deployments.models import Deployment, Rollout
from deployments.models.states import EXTERNAL, ROLLED_BACK, WEIGHT
from services.models import Entity

PORTAL = "colonnade"
HELD = (*STAMPED, *ONCE_TRUE, "state", "started_at", "occurred_at", "stamps")


def record(
    entity: Entity, *, source: str, external_id: str, occurred_at: datetime, state: str, **fields: Any
) -> tuple[Deployment, bool]:
    """Store what was reported; (row, whether it is new).

    Reports may come twice and in any order, with the same result (deployments.intake.settle): an older one than that on
    record fills blanks only, and one that has ended does not run again.
    """
    told = {name: fields[name] for name in (*STAMPED, *ONCE_TRUE, "started_at") if name in fields} | {"state": state}
    with transaction.atomic(savepoint=False):
        row = _locked(source, external_id)
        if row is None:
            try:
                with transaction.atomic():
                    return _create(entity, source, external_id, occurred_at, told), True
            except IntegrityError:  # somebody else has just reported the same one
                row = Deployment.objects.select_for_update().get(source=source, external_id=external_id)
        changes = settled({name: getattr(row, name) for name in HELD}, told, occurred_at)
        if changes:
            for name, value in changes.items():
                setattr(row, name, value)
            row.save(update_fields=[*changes])
    return row, False


def _locked(source: str, external_id: str) -> Deployment | None:
    rows = Deployment.objects.select_for_update().filter(source=source, external_id=external_id)
    return next(iter(rows.order_by()), None)


def _create(entity: Entity, source: str, external_id: str, occurred_at: datetime, told: dict[str, Any]) -> Deployment:
    row = Deployment(
        service=entity, source=source, external_id=external_id, occurred_at=occurred_at, state=told["state"]
    )
    held = {name: getattr(row, name) for name in HELD}
    for name, value in settled(held, told, occurred_at).items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


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
        strategy=rollout.plan.plan.strategy,
        contained=state == ROLLED_BACK and _held_back(rollout),
        started_at=rollout.created_at,
        finished_at=finished_at,
    )
    return row


def _held_back(rollout: Rollout) -> bool:
    """Whether the new version had not yet got all traffic, of any place."""
    moved = rollout.segments.exclude(kind=EXTERNAL)
    whole = moved.filter(kind=WEIGHT, weight__gte=100, started_at__isnull=False)
    return moved.filter(started_at=None).exists() and not whole.exists()
