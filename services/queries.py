"""Reads with more than one join, shared by pages, REST and search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import DenseRank
from django.http import HttpRequest
from django.urls import reverse

from services import facts
from services.models import Entity, Relation


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


@dataclass(frozen=True)
class Ends:
    """The ends of one relation in words: the first few, and how many there are."""

    words: str
    some: list[tuple[str, Entity | None]]
    total: int

    @property
    def more(self) -> int:
        """How many are not among the few."""
        return self.total - len(self.some)


def all_targets(entity: Entity, without: Sequence[str] = (), most: int = 12) -> list[Ends]:
    """Every relation with its first targets; three queries however many relations there are."""
    ends = entity.relations.exclude(type__in=without).order_by()
    counted = ends.values("type").annotate(count=Count("target_ref", distinct=True))
    totals = {row["type"]: row["count"] for row in counted}
    rank = Window(DenseRank(), partition_by=F("type"), order_by=F("target_ref").asc())
    rows = sorted(set(ends.annotate(rank=rank).filter(rank__lte=most).values_list("type", "target_ref")))
    found = by_refs(ref for _, ref in rows)
    grouped: dict[str, list[tuple[str, Entity | None]]] = {}
    for kind, ref in rows:
        grouped.setdefault(kind, []).append((ref, found.get(ref)))
    return [Ends(RELATION_WORDS.get(kind, kind), some, totals[kind]) for kind, some in grouped.items()]


def some_targets(entity: Entity, relation: str, most: int) -> tuple[list[tuple[str, Entity | None]], int]:
    """The first targets of one relation as `targets` gives them, and how many there are."""
    refs = entity.relations.filter(type=relation).order_by("target_ref").values_list("target_ref", flat=True).distinct()
    some = list(refs[:most])
    found = by_refs(some)
    return [(ref, found.get(ref)) for ref in some], refs.count() if len(some) == most else len(some)


def search(text: str) -> QuerySet[Entity]:
    """Live entities whose name, title or description holds every word of `text`."""
    return with_words(Entity.objects.live(), text)


def with_words(rows: QuerySet[Entity], text: str) -> QuerySet[Entity]:
    """Those of the rows whose name, title or description holds every word of `text`."""
    for word in text.split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(title__icontains=word) | Q(description__icontains=word))
    return rows


def users_of(ref: str) -> list[str]:
    """The refs of what depends on this ref or consumes it."""
    ends = Relation.objects.filter(target_ref=ref.lower(), type__in=("dependsOn", "consumesApi"))
    return list(ends.order_by().values_list("source_ref", flat=True).distinct())


def services_by_team() -> dict[str, int]:
    """How many live services each owner has."""
    rows = Entity.objects.services().values("owner_ref").annotate(count=Count("pk")).order_by("owner_ref")
    return {row["owner_ref"]: row["count"] for row in rows}
