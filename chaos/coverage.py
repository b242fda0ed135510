"""The job `chaos.coverage`: say of every service what is planned, and that nothing is proven where nothing is.

Without this a service that nobody has ever tried would look the same as one that nobody has looked at: unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from chaos.engine import method
from chaos.faults import aurora_failover, database_failover, zone_down
from chaos.faults.registry import faults
from chaos.models import Experiment
from portal.jobs.context import JobContext
from services import facts
from services.models import Entity

SOURCE = "chaos"
TRIABLE = ("aws.asg", "aws.lambda", "aws.rds")
"""Services with these have a fault that fits them."""
PROVABLE = {"aws.asg": (zone_down.KEY,), "aws.rds": (aurora_failover.KEY, database_failover.KEY)}
"""Faults whose proof a check asks for, by the fact of what they hit."""
Planned = list[tuple[list[dict[str, Any]], bool]]
"""The method of each experiment, and whether it runs by itself."""


def run(context: JobContext) -> dict[str, Any]:
    """The job: all live services, in a constant number of reads; only what changed is written."""
    return {"changed": publish_all()}


def publish_all() -> int:
    """Publish `chaos.plan`, and `chaos.proof` where there is none yet. Answers how many facts changed."""
    services = list(Entity.objects.services())
    known = facts.bulk_current(services)
    planned: dict[int, Planned] = defaultdict(list)
    for service_id, steps, enabled in Experiment.objects.values_list("service_id", "method", "enabled"):
        planned[service_id].append((steps, enabled))
    return sum(_publish(service, known.get(service.pk, {}), planned[service.pk]) for service in services)


def _publish(service: Entity, known: dict[str, facts.FactView], planned: Planned) -> int:
    changed = 0
    if planned or any(key in known for key in TRIABLE):
        changed += _differs(service, known, "chaos.plan", plan_value(planned))
    untried = [key for fact, keys in PROVABLE.items() if fact in known for key in keys]
    if "chaos.proof" not in known and untried:
        changed += _differs(service, known, "chaos.proof", nothing_proven(untried))
    return changed


def _differs(service: Entity, known: dict[str, facts.FactView], key: str, value: dict[str, Any]) -> bool:
    if key in known and known[key].value == value:
        return False
    return facts.publish(service, key, value, source=SOURCE)


def publish_plan(service: Entity) -> None:
    """Publish the plan of one service, after an edit."""
    rows = list(Experiment.objects.filter(service=service).values_list("method", "enabled"))
    facts.publish(service, "chaos.plan", plan_value(rows), source=SOURCE)


def plan_value(planned: Planned) -> dict[str, Any]:
    """How many experiments there are, how many run by themselves, and with which faults."""
    titles = {fault.key: fault.title for fault in faults.items()}
    scheduled = [steps for steps, enabled in planned if enabled]
    keys = {step.fault for steps in scheduled for step in method.faults(method.restored(steps))}
    return {
        "experiments": len(planned),
        "scheduled": len(scheduled),
        "faults": sorted({titles.get(key, key) for key in keys}),
    }


def nothing_proven(untried: Sequence[str]) -> dict[str, Any]:
    """The proof of a service that nobody has tried with these faults: it has none, which is known."""
    never = {"passed": False, "why": "No experiment has passed yet."}
    return {**never, "by_fault": {key.replace("-", "_"): never for key in untried}}
