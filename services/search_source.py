"""Entities in the search over everything."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.utils.text import Truncator

from portal.plugins import SearchHit
from services import queries
from services.models import Entity
from services.naming import what

ICONS = {
    "component": "layout-grid", "api": "api", "resource": "database", "system": "hierarchy-2", "domain": "world",
    "group": "users", "user": "user",
}  # fmt: skip
KINDS = ("component", "system", "group", "api", "user", "resource", "domain")


def search(user: User, text: str, limit: int) -> list[SearchHit]:
    """Entities by name, title and description, in one query.

    Exact names first, then names that begin with the text, words that do, names that hold it, and descriptions; among
    equals services first.
    """
    word = Q()
    for before in "-_. ":
        word |= Q(name__icontains=f"{before}{text}") | Q(title__icontains=f"{before}{text}")
    rank = Case(
        When(Q(name__iexact=text) | Q(title__iexact=text), then=Value(0)),
        When(Q(name__istartswith=text) | Q(title__istartswith=text), then=Value(1)),
        When(word, then=Value(2)),
        When(Q(name__icontains=text) | Q(title__icontains=text), then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    kind = Case(
        *(When(kind=name, then=Value(place)) for place, name in enumerate(KINDS)),
        default=Value(len(KINDS)),
        output_field=IntegerField(),
    )
    rows = queries.search(text).annotate(rank=rank, place=kind).order_by("rank", "place", F("name"), "namespace")
    shown = rows.only("kind", "namespace", "name", "title", "type", "description", "owner_ref")[:limit]
    return [
        SearchHit(
            entity.label,
            entity.get_absolute_url(),
            _note(entity),
            ICONS.get(entity.kind, "box"),
        )
        for entity in shown
    ]


def _note(entity: Entity) -> str:
    """What it is and whose, or else what it says of itself."""
    more = entity.owner_name or Truncator(entity.description).chars(60)
    return " · ".join(filter(None, (what(entity.kind, entity.type), more)))
