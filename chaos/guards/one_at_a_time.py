"""No second experiment on the same service; the one that asks does not stand in its own way."""

from __future__ import annotations

from chaos.models import ACTIVE_STATES, ExperimentRun
from services.guards import Guard, GuardQuery
from services.models import Entity


def under_way(service: Entity, besides: str = "") -> ExperimentRun | None:
    """The experiment that holds the service, other than the run named `besides`."""
    runs = ExperimentRun.objects.filter(service=service, state__in=ACTIVE_STATES).select_related("experiment")
    return next((run for run in runs if run.owner != besides), None)


def check(query: GuardQuery) -> str:
    """The other experiment that is under way."""
    other = under_way(query.entity, besides=query.by)
    if other is None:
        return ""
    who = query.entity.owner_name or "the portal"
    return f"the experiment “{other.experiment.title}” is under way on {query.entity.name}; an operator of {who} may abort it"


GUARD = Guard("chaos-one-at-a-time", "One experiment a service", check, order=20, action="chaos")
