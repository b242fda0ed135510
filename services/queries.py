"""Reads with more than one join, shared by pages, REST and search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from services import facts
from services.models import Entity


def page_facts(request: HttpRequest, entity: Entity) -> dict[str, facts.FactView]:
    """The entity's open facts, read once for a request however many panels ask."""
    cache: dict[int, dict[str, facts.FactView]] = request.__dict__.setdefault("_entity_facts", {})
    if entity.pk not in cache:
        cache[entity.pk] = facts.current(entity)
    return cache[entity.pk]


def items(views: Mapping[str, facts.FactView]) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The items of each `aws.*` fact, fresh or not."""
    return {key: view.value.get("items", []) for key, view in views.items() if key.startswith("aws.")}


def by_refs(refs: Iterable[str]) -> dict[str, Entity]:
    """Live entities by ref."""
    wanted = set(refs)
    return {entity.ref: entity for entity in Entity.objects.live().by_refs(wanted)} if wanted else {}


def page_of(ref: str) -> str:
    """The address of the page of `ref`, whether or not the entity is there; "" for what is no ref."""
    kind, _, rest = ref.partition(":")
    namespace, _, name = rest.partition("/")
    return reverse("services:entity", args=[kind, namespace, name]) if name and "/" not in name else ""


def targets(entity: Entity, relation: str) -> list[tuple[str, Entity | None]]:
    """What `entity` points at with this relation: (ref, the live entity or None where the ref dangles)."""
    rows = entity.relations.filter(type=relation).order_by("target_ref").distinct()
    refs = list(rows.values_list("target_ref", flat=True))
    found = by_refs(refs)
    return [(ref, found.get(ref)) for ref in refs]


RELATION_WORDS = {
    "ownedBy": "Owned by", "ownerOf": "Owns", "partOf": "Part of", "hasPart": "Has", "dependsOn": "Leans on",
    "dependencyOf": "Used by", "providesApi": "Provides", "apiProvidedBy": "Provided by", "consumesApi": "Calls",
    "apiConsumedBy": "Called by", "memberOf": "Member of", "hasMember": "Members", "childOf": "Under", "parentOf": "Over",
}  # fmt: skip


def all_targets(entity: Entity, without: Sequence[str] = ()) -> list[tuple[str, list[tuple[str, Entity | None]]]]:
    """Every relation in words, with its targets; two queries however many relations there are."""
    ends = entity.relations.exclude(type__in=without).order_by("type", "target_ref")
    rows = list(ends.values_list("type", "target_ref").distinct())
    found = by_refs(ref for _, ref in rows)
    grouped: dict[str, list[tuple[str, Entity | None]]] = {}
    for kind, ref in rows:
        grouped.setdefault(RELATION_WORDS.get(kind, kind), []).append((ref, found.get(ref)))
    return list(grouped.items())


def search(text: str) -> QuerySet[Entity]:
    """Live entities whose name, title or description holds every word of `text`."""
    rows = Entity.objects.live()
    for word in text.split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(title__icontains=word) | Q(description__icontains=word))
    return rows


def services_by_team() -> dict[str, int]:
    """How many live services each owner has."""
    rows = Entity.objects.services().values("owner_ref").annotate(count=Count("pk")).order_by("owner_ref")
    return {row["owner_ref"]: row["count"] for row in rows}
