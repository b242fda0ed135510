"""Which freezes and windows hold for a service, and which team may write them."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from deployments.gates.errors import Wrong
from deployments.models.gates.calendars import SCOPES
from services.models import Entity

M = TypeVar("M", bound=Model)
KINDS = {"service": "component", "team": "group", "system": "system", "domain": "domain"}


def applying(rows: QuerySet[M], entity: Entity, environment: str, prefix: str = "") -> QuerySet[M]:
    """Those of the rows that hold for the service in this environment; `prefix` where the scope is a relation away."""
    values = {
        "service": entity.name,
        "team": entity.owner_name,
        "system": entity.system_ref.rpartition("/")[2],
        "domain": domain_of(entity),
        "tier": "" if entity.tier is None else str(entity.tier),
    }
    fits = Q(**{f"{prefix}scope": "organisation"})
    for kind, value in values.items():
        if value:
            fits |= Q(**{f"{prefix}scope": kind, f"{prefix}scope_value": value})
    return rows.filter(fits, Q(**{f"{prefix}environment__in": ["", environment]}))


def domain_of(entity: Entity) -> str:
    """The bare name of the domain that the service's system is part of, or ""."""
    system = Entity.objects.by_ref(entity.system_ref).first() if entity.system_ref else None
    return str((system.spec if system else {}).get("domain") or "").lower().rpartition("/")[2].rpartition(":")[2]


def owner_of(scope: str, value: str) -> str:
    """The team whose operators may write for this scope, "" where only an admin may. Raises Wrong where nothing is named so."""
    if scope not in SCOPES:
        raise Wrong("scope", f"The scope is one of {', '.join(SCOPES)}.")
    if scope == "organisation":
        if value:
            raise Wrong("scope_value", "The organisation has no name here: leave it empty.")
        return ""
    if scope == "tier":
        if value not in [str(tier) for tier in range(10)]:
            raise Wrong("scope_value", "A tier is a number from 0 to 9.")
        return ""
    found = Entity.objects.live().filter(kind=KINDS[scope], name=value.lower()).first()
    if scope == "team":
        ref = f"group:default/{value.lower()}"
        if found is None and not Entity.objects.live().filter(owner_ref=ref).exists():
            raise Wrong("scope_value", f"There is no team {value[:63]!r}: give its bare name.")
        return found.ref if found else ref
    if found is None:
        raise Wrong("scope_value", f"There is no {scope} {value[:63]!r} in the catalog: give its bare name.")
    return found.owner_ref
