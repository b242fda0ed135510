"""A team's page: its services and its people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from services import queries
from services.models import Entity
from services.table import table


def owned(request: HttpRequest, team: Entity) -> dict[str, Any]:
    """The team's services with the columns of all plugins."""
    rows = list(Entity.objects.services().filter(owner_ref=team.ref).order_by("name"))
    return {"team": team, "table": table(rows, request)}


def members(request: HttpRequest, team: Entity) -> dict[str, Any]:
    """Who belongs to it, and the teams above and below."""
    people = [(ref.rpartition("/")[2], entity) for ref, entity in queries.targets(team, "hasMember")]
    return {
        "team": team,
        "people": people,
        "parents": [(ref.rpartition("/")[2], entity) for ref, entity in queries.targets(team, "childOf")],
        "children": [(ref.rpartition("/")[2], entity) for ref, entity in queries.targets(team, "parentOf")],
    }
