"""No experiment while another is under way on a dependency or a dependant: neither could be judged."""

from __future__ import annotations

from chaos.models import ACTIVE_STATES, ExperimentRun
from services.guards import Guard, GuardQuery
from services.models import Entity, Relation

EDGES = ("dependsOn", "dependencyOf", "providesApi", "consumesApi", "apiProvidedBy", "apiConsumedBy")
"""An API stands between the one who provides it and those who consume it, so it counts as no hop of its own."""


def refs(service: Entity) -> set[str]:
    """The refs one hop away, in both directions; through an API to those at its other side."""
    near = set(_targets({service.ref}))
    apis = {ref for ref in near if ref.startswith("api:")}
    return (near | set(_targets(apis))) - {service.ref}


def _targets(sources: set[str]) -> list[str]:
    if not sources:
        return []
    rows = Relation.objects.filter(source_ref__in=sources, type__in=EDGES)
    return list(rows.values_list("target_ref", flat=True).distinct())


def check(query: GuardQuery) -> str:
    """The experiment under way next door."""
    near = list(Entity.objects.services().by_refs(refs(query.entity)).values_list("pk", flat=True))
    runs = ExperimentRun.objects.filter(service__in=near, state__in=ACTIVE_STATES)
    other = runs.select_related("experiment", "service").first()
    if other is None:
        return ""
    where = f"{other.service.name}, which {query.entity.name} depends on or serves"
    who = other.service.owner_name or "the portal"
    return f"the experiment “{other.experiment.title}” is under way on {where}; an operator of {who} may abort it"


GUARD = Guard("chaos-neighbours", "No experiment on a dependency", check, order=25, action="chaos")
