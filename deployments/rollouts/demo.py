"""The demo organisation's rollouts: one that goes well, one that is taken back, one that waits for an approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deployments.models import Rollout, RolloutPlan
from deployments.rollouts.start import CannotStart, plan_rollout
from portal.jobs.context import JobContext
from services.models import Entity

# Short bakes, so that the story can be watched; about 120 requests a second make 60 canary requests in ten seconds.
TIER_1: dict[str, Any] = {
    "strategy": "canary",
    "period": 10,
    "compliance": "block",
    "segments": [
        {
            "name": "Canary", "share": "1 function, 5 %", "weight": 5, "bake_seconds": 20, "minimum_requests": 50,
            "tests": [{"name": "orders-e2e", "kind": "lambda", "function": "checkout", "timeout_seconds": 60}],
        },
        {"name": "Sub-zone", "share": "10 %", "weight": 10, "bake_seconds": 25, "minimum_requests": 100},
        {"name": "eu-west-1a", "share": "25 %", "weight": 25, "bake_seconds": 180, "minimum_requests": 600},
        {"name": "eu-west-1", "share": "100 %", "weight": 100, "bake_seconds": 60, "minimum_requests": 1000},
        {"name": "us-east-1", "kind": "external", "region": "us-east-1", "bake_seconds": 60},
    ],
}  # fmt: skip
HALVES: dict[str, Any] = {
    "strategy": "canary",
    "period": 10,
    "segments": [
        {"name": "Canary", "weight": 20, "bake_seconds": 120, "minimum_requests": 1000},
        {"name": "Half", "weight": 50, "bake_seconds": 120, "minimum_requests": 2000},
        {"name": "All", "weight": 100, "bake_seconds": 60, "minimum_requests": 2000},
    ],
}
WITH_A_WORD: dict[str, Any] = {
    "strategy": "canary",
    "period": 10,
    "gates": {"approvals": [{"segment": "All", "role": "admin"}]},
    "segments": [
        {"name": "Canary", "weight": 25, "bake_seconds": 20, "minimum_requests": 20},
        {"name": "All", "weight": 100, "bake_seconds": 60, "minimum_requests": 50},
    ],
}


@dataclass(frozen=True)
class Story:
    """One rollout of a Lambda function that has its service's name."""

    service: str
    plan: str
    definition: dict[str, Any]
    version: str
    previous: str
    canary: str
    account: str


STORIES = (
    Story("checkout", "tier 1 web", TIER_1, "2026.11.3", "2026.11.2", "42", "111111111111"),
    Story("permissions", "by halves", HALVES, "7.0.0", "6.4.2", "2", "222222222222"),
    Story("refunds", "with a second pair of eyes", WITH_A_WORD, "3.2.0", "3.1.4", "2", "111111111111"),
)


def load(context: JobContext) -> None:
    """Store the plans and start what has not been started yet."""
    for story in STORIES:
        plan, _ = RolloutPlan.objects.get_or_create(
            name=story.plan, version=1, defaults={"definition": story.definition, "created_by": "mira"}
        )
        entity = Entity.objects.by_ref(f"component:default/{story.service}").first()
        if entity is None:
            context.log(f"There is no {story.service} in the catalog: its rollout is left out.")
        elif not Rollout.objects.filter(entity=entity, version=story.version).exists():
            _start(story, entity, plan, context)


def _start(story: Story, entity: Entity, plan: RolloutPlan, context: JobContext) -> None:
    where = {"account": story.account, "region": "eu-west-1", "function": story.service, "alias": "live"}
    target = {"kind": "lambda-alias", **where, "canary": story.canary}
    try:
        rollout = plan_rollout(entity, plan, target, version=story.version, previous_version=story.previous, by="mira")
    except CannotStart as error:
        context.log(str(error))
        return
    context.log(f"Rollout {rollout.pk} of {story.service} {story.version} starts by itself.")
