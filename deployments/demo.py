"""The demo organisation's rollout: checkout 2026.11.3, from Lambda version 41 to 42, in five segments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from deployments import ingest
from deployments.dora import demo as dora_demo
from deployments.gates import demo as gates_demo
from deployments.intake import demo as intake_demo
from deployments.models import Rollout, RolloutPlan
from deployments.models.states import SUCCEEDED
from deployments.rollouts.start import CannotStart, plan_rollout
from portal.jobs.context import JobContext
from services.models import Entity

PLAN = "tier 1 web"
VERSION = "2026.11.3"
SERVICE = "component:default/checkout"
TARGET = {"account": "111111111111", "region": "eu-west-1", "function": "checkout", "alias": "live", "canary": "42"}

# Short bakes, so that the story can be watched; about 120 requests a second make 60 canary requests in ten seconds.
SHORT: dict[str, Any] = {
    "strategy": "canary",
    "period": 10,
    "compliance": "block",
    "segments": [
        {
            "name": "Canary",
            "share": "1 function, 5 %",
            "weight": 5,
            "bake_seconds": 20,
            "minimum_requests": 50,
            "tests": [{"name": "orders-e2e", "kind": "lambda", "function": "checkout", "timeout_seconds": 60}],
        },
        {"name": "Sub-zone", "share": "10 %", "weight": 10, "bake_seconds": 25, "minimum_requests": 100},
        {"name": "eu-west-1a", "share": "25 %", "weight": 25, "bake_seconds": 180, "minimum_requests": 600},
        {"name": "eu-west-1", "share": "100 %", "weight": 100, "bake_seconds": 60, "minimum_requests": 1000},
        {"name": "us-east-1", "kind": "external", "region": "us-east-1", "bake_seconds": 60},
    ],
}
# (service, version, days ago): what was released before, as a pipeline would have reported it.
BEFORE = (
    ("checkout", "2026.11.2", 9), ("checkout", "2026.11.1", 17), ("ledger", "5.14.0", 6), ("ledger", "5.13.2", 20),
    ("products", "88", 2), ("prices", "31", 12), ("login", "2026.47", 4), ("search-api", "7.2.1", 5),
    ("shipping", "410", 3), ("tracking", "64", 27), ("invoices", "19", 48), ("reviews", "3.0.9", 75),
)  # fmt: skip


def load(context: JobContext) -> None:
    """Report what was released before, store the plan, and start the rollout. May be called again."""
    _history()
    dora_demo.load()
    gates_demo.load(context)
    intake_demo.load(context)
    plan, _ = RolloutPlan.objects.get_or_create(
        name=PLAN, version=1, defaults={"definition": SHORT, "created_by": "mira"}
    )
    checkout = Entity.objects.by_ref(SERVICE).first()
    if checkout is None:
        context.log("There is no checkout in the catalog: the demo rollout is left out.")
        return
    if Rollout.objects.filter(entity=checkout, version=VERSION).exists():
        return
    try:
        rollout = plan_rollout(checkout, plan, dict(TARGET), version=VERSION, previous_version="2026.11.2", by="mira")
    except CannotStart as error:
        context.log(str(error))
        return
    context.log(f"Rollout {rollout.pk} of checkout {VERSION} starts by itself.")


def _history() -> None:
    entities = {entity.name: entity for entity in Entity.objects.services().filter(name__in={row[0] for row in BEFORE})}
    now = timezone.now()
    for name, version, days in BEFORE:
        if name in entities:
            at = now - timedelta(days=days, hours=3)
            ingest.record(
                entities[name], source="pipeline", external_id=f"{name}-{version}", occurred_at=at, version=version,
                state=SUCCEEDED, started_at=at - timedelta(minutes=14), finished_at=at, actor="pipeline",
            )  # fmt: skip
