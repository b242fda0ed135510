"""Begin a rollout: one row, its segments, its first log line. AWS is not touched here; the next ring does that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from deployments import ingest
from deployments.engine.plan.segments import Segment
from deployments.models import Rollout, RolloutPlan, RolloutSegment, RolloutStep
from deployments.models.states import RUNNING
from deployments.targets.contract import LAMBDA_ALIAS, TargetError, of
from portal.access import audit
from portal.changes.kinds import Target
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
    canaries: Mapping[str, str] | None = None,
    **named: str,
) -> Rollout:
    """Plan the rollout of ``version`` (what people call it) as ``canary`` (what AWS calls it) on a target of ``kind``.

    ``named`` are the kind's own fields; ``canaries`` what AWS calls the version in further regions, by region. Each
    target has to be one that discovery has found for this service. Raises CannotStart.
    """
    wanted = {**named, "canary": canary}
    try:
        target = of({"kind": kind}).locate(entity, wanted)
        elsewhere = {
            order: of({"kind": kind}).locate(entity, {**wanted, **_called(segment, canaries or {}), **segment.place})
            for order, segment in enumerate(plan.plan.segments)
            if segment.place
        }
    except TargetError as error:
        raise CannotStart(str(error)) from error
    return plan_rollout(
        entity, plan, target, version=version, previous_version=previous_version, by=by, elsewhere=elsewhere
    )


def plan_rollout(
    entity: Entity,
    plan: RolloutPlan,
    target: dict[str, Any],
    *,
    version: str,
    by: str,
    previous_version: str = "",
    elsewhere: Mapping[int, Target] | None = None,
    retry_of: Rollout | None = None,
) -> Rollout:
    """Write the rollout with its segments; ``elsewhere`` are the targets of segments at other places, by their order.

    Raises CannotStart where one is active already.
    """
    try:
        with transaction.atomic():
            rollout = Rollout.objects.create(
                entity=entity, plan=plan, version=version, previous_version=previous_version, target=target,
                created_by=by, retry_of=retry_of,
            )  # fmt: skip
            RolloutSegment.objects.bulk_create(_segments(rollout, plan, elsewhere or {}))
            RolloutStep.objects.create(
                rollout=rollout, by=by, text=f"started by {by} · plan “{plan.name}” v{plan.version}"
            )
            detail = {"plan": str(plan), "version": version, "on": target}
            audit.record(by, "rollout.start", f"rollout:{rollout.pk}", severity="high", entity=entity.ref, **detail)
            ingest.from_rollout(rollout, RUNNING)
    except IntegrityError as error:
        raise CannotStart(f"{entity.name} has a rollout already: wait until it ends, or roll it back.") from error
    return rollout


def again(rollout: Rollout, by: str, reason: str = "") -> Rollout:
    """The same version by the same plan at the same places, as a rollout of its own. Raises CannotStart."""
    target = {key: value for key, value in rollout.target.items() if key != "restore"}
    elsewhere = {segment.order: segment.place for segment in rollout.segments.all() if segment.place}
    made = plan_rollout(
        rollout.entity, rollout.plan, target, version=rollout.version, previous_version=rollout.previous_version, by=by,
        elsewhere=elsewhere, retry_of=rollout,
    )  # fmt: skip
    RolloutStep.objects.create(
        rollout=made, by=by, text=f"tries rollout {rollout.pk} again" + (f": {reason}" if reason else "")
    )
    return made


def _called(segment: Segment, canaries: Mapping[str, str]) -> dict[str, str]:
    region = segment.place.get("region", "")
    return {"canary": canaries[region]} if region in canaries else {}


def _segments(rollout: Rollout, plan: RolloutPlan, elsewhere: Mapping[int, Target]) -> list[RolloutSegment]:
    return [
        RolloutSegment(
            rollout=rollout, order=order, name=segment.name, share=segment.share, kind=segment.kind, region=segment.region,
            zone=segment.zone, place=elsewhere.get(order, {}), weight=segment.weight, bake_seconds=segment.bake_seconds,
            minimum_requests=segment.minimum_requests,
        )
        for order, segment in enumerate(plan.plan.segments)
    ]  # fmt: skip
