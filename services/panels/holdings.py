"""What belongs to a system, a domain, a team or a person's teams: services with the plugins' columns, and the rest."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest
from django.urls import reverse

from portal.access import policy
from services import queries
from services.lists.table import table
from services.models import Entity, Relation
from services.naming import MANY

SHOWN, FEW = 25, 8
NONE = {
    "system": "No service says that it is part of this system. A component's spec.system says so.",
    "domain": "No service is in a system of this domain.",
    "group": "This team owns no service. A descriptor's spec.owner, or the AWS tag team, says who owns one.",
    "user": "The teams of this person own no service.",
}


def _belonging(entity: Entity) -> tuple[QuerySet[Entity], list[tuple[str, str]]]:
    """What belongs to the entity, and the filters of the list that say the same."""
    everything = Entity.objects.live()
    if entity.kind == "system":
        return everything.filter(system_ref=entity.ref), [("system", entity.ref)]
    if entity.kind == "group":
        return everything.filter(owner_ref=entity.ref), [("owner", entity.ref)]
    end, field = ("hasPart", "system") if entity.kind == "domain" else ("memberOf", "owner")
    ends = Relation.objects.filter(source_ref=entity.ref, type=end).order_by("target_ref")
    refs = list(ends.values_list("target_ref", flat=True).distinct())
    return everything.filter(**{f"{field}_ref__in": refs}), [(field, ref) for ref in refs[:FEW]]


def _list(pairs: list[tuple[str, str]], kind: str) -> str:
    return f"{reverse('services:list')}?{urlencode([('kind', kind), *pairs])}"


def services(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    """The services, the most important first, with the columns of all plugins."""
    rows, pairs = _belonging(entity)
    found = rows.filter(kind="component")
    total = found.count()
    shown = table(list(found.order_by(F("tier").asc(nulls_last=True), "name")[:SHOWN]), request)
    return {
        "entity": entity,
        "table": shown,
        "total": total,
        "url": _list(pairs, "component"),
        "none": NONE[entity.kind],
        "may_create": policy.may_somewhere(request.user, "editor"),
    }


def others(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """APIs, resources and systems that belong to it, a few of each kind with how many there are."""
    rows, pairs = _belonging(entity)
    rest = rows.exclude(kind__in=("component", "group", "user")).order_by()
    counts = {row["kind"]: row["count"] for row in rest.values("kind").annotate(count=Count("pk"))}
    if not counts:
        return None
    rank = Window(RowNumber(), partition_by=F("kind"), order_by=F("name").asc())
    found = list(rest.annotate(rank=rank).filter(rank__lte=FEW).order_by("name"))
    groups = []
    for kind in sorted(counts):
        words = MANY.get(kind, f"{kind}s")
        some = [one for one in found if one.kind == kind]
        groups.append(
            {"title": words[0].upper() + words[1:], "rows": some, "count": counts[kind], "url": _list(pairs, kind)}
        )
    return {"entity": entity, "groups": groups}


def systems(request: HttpRequest, domain: Entity) -> dict[str, Any]:
    """A domain's systems with whose they are and how many services each holds, and the domains within."""
    some, total = queries.some_targets(domain, "hasPart", SHOWN * 2)
    refs = [ref for ref, _ in some if ref.startswith("system:")]
    counted = Entity.objects.services().filter(system_ref__in=refs).order_by().values("system_ref")
    counts = {row["system_ref"]: row["count"] for row in counted.annotate(count=Count("pk"))}
    rows = [
        {
            "ref": ref,
            "entity": one,
            "count": counts.get(ref, 0),
            "owner_url": queries.page_of(one.owner_ref) if one else "",
        }
        for ref, one in some
    ]
    return {"domain": domain, "rows": rows, "total": total}
