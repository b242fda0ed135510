"""Begin a rollout: one row, its segments, its first log line. AWS is not touched here; the next ring does that."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from deployments import ingest
from deployments.models import Rollout, RolloutPlan, RolloutSegment, RolloutStep
from deployments.models.states import RUNNING
from deployments.targets.contract import LAMBDA_ALIAS, TargetError, of
from portal.access import audit
from services.models import Entity


class CannotStart(ValueError):
    """The rollout cannot start; the message says why and what to do."""


def start(
    entity: Entity,
    plan: RolloutPlan,
    *,
    version: str,
    canary: str,
    by: str,
    kind: str = LAMBDA_ALIAS,
    previous_version: str = "",
    **named: str,
) -> Rollout:
    """Plan the rollout of ``version`` (what people call it) as ``canary`` (what AWS calls it) on a target of ``kind``.

    ``named`` are the kind's own fields. The target has to be one that discovery has found for this service: its account
    and region come from there. Raises CannotStart.
    """
    try:
        target = of({"kind": kind}).locate(entity, {**named, "canary": canary})
    except TargetError as error:
        raise CannotStart(str(error)) from error
    return plan_rollout(entity, plan, target, version=version, previous_version=previous_version, by=by)


def plan_rollout(
    entity: Entity, plan: RolloutPlan, target: dict[str, Any], *, version: str, previous_version: str = "", by: str
) -> Rollout:
    """Write the rollout with its segments. Raises CannotStart where one is active already."""
    try:
        with transaction.atomic():
            rollout = Rollout.objects.create(
                entity=entity,
                plan=plan,
                version=version,
                previous_version=previous_version,
                target=target,
                created_by=by,
            )
            RolloutSegment.objects.bulk_create(_segments(rollout, plan))
            RolloutStep.objects.create(
                rollout=rollout, by=by, text=f"started by {by} · plan “{plan.name}” v{plan.version}"
            )
            detail = {"plan": str(plan), "version": version, "on": target}
            audit.record(by, "rollout.start", f"rollout:{rollout.pk}", severity="high", entity=entity.ref, **detail)
            ingest.from_rollout(rollout, RUNNING)
    except IntegrityError as error:
        raise CannotStart(f"{entity.name} has a rollout already: wait until it ends, or roll it back.") from error
    return rollout


def _segments(rollout: Rollout, plan: RolloutPlan) -> list[RolloutSegment]:
    return [
        RolloutSegment(
            rollout=rollout, order=order, name=segment.name, share=segment.share, kind=segment.kind, region=segment.region,
            weight=segment.weight, bake_seconds=segment.bake_seconds, minimum_requests=segment.minimum_requests,
        )
        for order, segment in enumerate(plan.plan.segments)
    ]  # fmt: skip
