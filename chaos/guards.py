"""What chaos forbids: experiments under a halt, two at once on a service, and rollouts while one is under way."""

from __future__ import annotations

from chaos import halts
from chaos.models import ACTIVE_STATES, ExperimentRun
from services.guards import Guard, GuardQuery
from services.models import Entity


def _under_way(service: Entity, besides: str = "") -> ExperimentRun | None:
    runs = ExperimentRun.objects.filter(service=service, state__in=ACTIVE_STATES).select_related("experiment")
    return next((run for run in runs if run.owner != besides), None)


def kill_switch(query: GuardQuery) -> str:
    """No chaos while a halt stands."""
    return halts.halting(query.entity) if query.action == "chaos" else ""


def one_at_a_time(query: GuardQuery) -> str:
    """No second experiment on the same service; the one that asks does not stand in its own way."""
    if query.action != "chaos":
        return ""
    other = _under_way(query.entity, besides=query.by)
    return f"the experiment “{other.experiment.title}” is under way on {query.entity.name}" if other else ""


def no_rollout(query: GuardQuery) -> str:
    """No rollout while an experiment is under way: neither could be judged."""
    if query.action != "rollout":
        return ""
    run = _under_way(query.entity)
    return f"the experiment “{run.experiment.title}” is under way on {query.entity.name}" if run else ""


GUARDS = (
    Guard("chaos-kill-switch", "The kill switch", kill_switch, order=10),
    Guard("chaos-one-at-a-time", "One experiment a service", one_at_a_time, order=20),
    Guard("chaos-no-rollout", "No rollout during an experiment", no_rollout, order=30),
)
