"""Begin a rollout: one row, its segments, its first log line. AWS is not touched here; the next ring does that."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from deployments import ingest
from deployments.models import RUNNING, Rollout, RolloutPlan, RolloutSegment, RolloutStep
from portal.access import audit
from services import facts
from services.models import Entity


class CannotStart(ValueError):
    """The rollout cannot start; the message says why and what to do."""


def start(
    entity: Entity, plan: RolloutPlan, *, version: str, canary: str, function: str = "", alias: str = "live",
    previous_version: str = "", by: str,
) -> Rollout:  # fmt: skip
    """Plan the rollout of ``version`` (what people call it) as Lambda version ``canary``.

    The function has to be one that discovery has found for this service: its account and region come from there.
    Raises CannotStart.
    """
    item = _function(entity, function or entity.name)
    target = {
        "account": item["account"], "region": item["region"], "function": item["name"], "alias": alias, "canary": canary,
    }  # fmt: skip
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


def _function(entity: Entity, name: str) -> dict[str, Any]:
    fact = facts.current(entity).get("aws.lambda")
    items = fact.value.get("items", []) if fact else []
    for item in items:
        if item.get("name") == name:
            return dict(item)
    raise CannotStart(
        f"Discovery has found no Lambda function {name!r} for {entity.name}: check its tags, then discover again."
    )


def _segments(rollout: Rollout, plan: RolloutPlan) -> list[RolloutSegment]:
    return [
        RolloutSegment(
            rollout=rollout, order=order, name=segment.name, share=segment.share, kind=segment.kind, region=segment.region,
            weight=segment.weight, bake_seconds=segment.bake_seconds, minimum_requests=segment.minimum_requests,
        )
        for order, segment in enumerate(plan.plan.segments)
    ]  # fmt: skip
