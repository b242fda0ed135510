"""Entities in the search over everything."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Case, IntegerField, Value, When

from portal.plugins import SearchHit
from services import queries

ICONS = {
    "component": "layout-grid",
    "group": "users",
    "user": "user",
    "system": "hierarchy-2",
    "api": "api",
    "domain": "world",
}


def search(user: User, text: str, limit: int) -> list[SearchHit]:
    """Entities by name, title and description: exact names first, then names that start with the text."""
    rank = Case(
        When(name__iexact=text, then=Value(0)),
        When(name__istartswith=text, kind="component", then=Value(1)),
        When(name__istartswith=text, then=Value(2)),
        When(kind="component", then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    rows = queries.search(text).order_by(rank, "name")[:limit]
    return [
        SearchHit(
            entity.label,
            entity.get_absolute_url(),
            f"{entity.kind} · {entity.owner_name or entity.description[:60]}",
            ICONS.get(entity.kind, "box"),
        )
        for entity in rows
    ]
