"""A team's page: its people and its place in the organisation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from services import queries
from services.engine import tree
from services.models import Entity, Relation

MOST = 60
# A range of the index; ";" follows ":".
GROUPS = {"source_ref__gte": "group:", "source_ref__lt": "group;"}


def members(request: HttpRequest, team: Entity) -> dict[str, Any]:
    """Who belongs to it."""
    some, total = queries.some_targets(team, "hasMember", MOST)
    return {"team": team, "people": [(ref.rpartition("/")[2], person) for ref, person in some], "total": total}


def place(request: HttpRequest, team: Entity) -> dict[str, Any] | None:
    """The teams above and below; a circle of parents is shown once round."""
    parents: dict[str, list[str]] = {}
    children: dict[str, list[str]] = {}
    pairs = Relation.objects.filter(type="childOf", **GROUPS).order_by("source_ref", "target_ref")
    for below, above in pairs.values_list("source_ref", "target_ref").distinct():
        parents.setdefault(below, []).append(above)
        children.setdefault(above, []).append(below)
    over = tree.ancestors(parents, team.ref)
    under = tree.branches(children, team.ref, MOST)
    if not over and not under:
        return None
    found = queries.by_refs([*over, *(ref for ref, _ in under)])
    rows = [(ref, found.get(ref), depth) for depth, ref in enumerate(over)]
    own = len(over)
    rows += [(team.ref, team, own), *((ref, found.get(ref), own + depth) for ref, depth in under)]
    lines = [{"name": ref.rpartition("/")[2], "entity": one, "depth": min(depth, 6)} for ref, one, depth in rows]
    return {"team": team, "lines": lines, "circle": set(over) & {ref for ref, _ in under}}


def teams(request: HttpRequest, user: Entity) -> dict[str, Any]:
    """The teams that a person belongs to."""
    some, total = queries.some_targets(user, "memberOf", MOST)
    return {"user_entity": user, "teams": [(ref.rpartition("/")[2], group) for ref, group in some], "total": total}
