"""Every write to the catalog: entities with their edges, index, history and facts, in one transaction.

Descriptors, discovery and REST all come through here; each brings a checked descriptor and says who it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal import bulk
from services import facts
from services.descriptors.columns import COLUMNS, fill
from services.descriptors.ends import Edge
from services.descriptors.summary import summary
from services.models import Document, Entity
from services.models.history import ADDED, CHANGED, REMOVED, RESTORED
from services.storing import documents, history, revision, search_index
from services.storing.history import Author
from services.storing.relations import replace_edges

DESCRIPTOR = "catalog.descriptor"
OWNERSHIP = ("owner", "has_owner")
SAVED = [
    *COLUMNS, "source", "source_sha", "updated_at", "removed_at", "removed_why", "kind", "namespace",
    "name",
]  # fmt: skip

NEW = [*SAVED, "uid", "created_at"]


@dataclass(frozen=True)
class Wanted:
    """A descriptor that has been checked: its ref, its data, the edges it says, and a digest of its text ("" for none).

    `declared` is false for what discovery makes up: nobody wrote it, so it is no evidence of a well-kept descriptor. Only
    its owner is known, or known to be missing.
    """

    ref: str
    data: dict[str, Any]
    edges: Sequence[Edge]
    sha: str = ""
    declared: bool = True


@dataclass
class Stored:
    """The entities that were added, changed (the new descriptor says something else) or only confirmed."""

    added: list[Entity] = field(default_factory=list)
    changed: list[Entity] = field(default_factory=list)
    same: list[Entity] = field(default_factory=list)

    @property
    def written(self) -> list[Entity]:
        """Those whose descriptor is new."""
        return [*self.added, *self.changed]


def store(wanted: Sequence[Wanted], author: Author) -> Stored:
    """Write descriptors under the author's source, whoever held them before; the caller has settled conflicts.

    A ref that was removed comes back as the same entity, with its history. Nothing is written where nothing differs.
    Documents lag behind until `documents.refresh` is called.
    """
    now = timezone.now()
    with transaction.atomic():
        known = standing(one.ref for one in wanted)
        stored, changes = Stored(), []
        for one in wanted:
            entity = known.get(one.ref) or Entity()
            change = _place(entity, one, author, now)
            (stored.added if change == ADDED else stored.changed if change else stored.same).append(entity)
            if change:
                changes.append((entity, change))
        if stored.written:
            _save(stored)
            history.record(changes, author, now)
            _follow(stored, {one.ref: one for one in wanted}, author)
            revision.bump()
    return stored


def standing(refs: Iterable[str]) -> dict[str, Entity]:
    """By ref the live entity, or else the one that was removed last."""
    found: dict[str, Entity] = {}
    for some in bulk.batches(sorted(set(refs))):
        for entity in Entity.objects.by_refs(some).order_by("removed_at"):
            if entity.ref not in found or entity.removed_at is None or found[entity.ref].removed_at is not None:
                found[entity.ref] = entity
    return found


def _place(entity: Entity, one: Wanted, author: Author, now: datetime) -> str:
    """Fill the entity; the word for its history, or "" where its descriptor is what it was."""
    new, back = entity.pk is None, entity.removed_at is not None
    was = (entity.data, entity.source)
    fill(entity, one.ref, one.data, one.edges)
    entity.source, entity.source_sha = author.source, one.sha
    entity.removed_at, entity.removed_why = None, ""
    if not new and not back and was == (entity.data, entity.source):
        return ""
    entity.updated_at = now
    return ADDED if new else RESTORED if back else CHANGED


def _save(stored: Stored) -> None:
    bulk.insert(Entity, NEW, ([getattr(entity, name) for name in NEW] for entity in stored.added))
    for some in bulk.batches(stored.added):
        ids = dict(Entity.objects.filter(uid__in=[entity.uid for entity in some]).values_list("uid", "pk"))
        for entity in some:
            entity.pk = ids[entity.uid]
    if stored.changed:
        Entity.objects.bulk_create(
            stored.changed, batch_size=bulk.SIZE, update_conflicts=True, unique_fields=["id"], update_fields=SAVED
        )


def _follow(stored: Stored, wanted: dict[str, Wanted], author: Author) -> None:
    """What hangs on the written entities: their index, edges, and the fact that their descriptor says."""
    written = stored.written
    places = documents.origins(entity.source for entity in written)
    search_index.replace(
        {entity.pk: documents.base(entity, places) for entity in written}, [entity.pk for entity in stored.changed]
    )
    moved = replace_edges({origin_of(entity): wanted[entity.ref].edges for entity in written})
    documents.mark_ids(entity.pk for entity in written if entity.ref not in moved)
    facts.publish_all(
        facts.Observation(entity, DESCRIPTOR, _said(wanted[entity.ref]), f"descriptor {author.source}"[:100])
        for entity in written
        if entity.kind == "component"
    )


def _said(one: Wanted) -> dict[str, Any]:
    """The fact `catalog.descriptor` of a component."""
    whole = summary(one.data, one.edges)
    return whole if one.declared else {name: whole[name] for name in OWNERSHIP}


def origin_of(entity: Entity) -> str:
    """Under which name an entity's descriptor says its edges."""
    return f"descriptor:{entity.pk}"


def remove(entities: Sequence[Entity], author: Author) -> None:
    """Take entities out of the catalog: their names are free, their page says why they are gone, their history stays."""
    now = timezone.now()
    with transaction.atomic():
        for some in bulk.batches(entities):
            replace_edges({origin_of(entity): [] for entity in some})
            ids = [entity.pk for entity in some]
            search_index.replace({}, ids)
            Entity.objects.filter(pk__in=ids).update(removed_at=now, removed_why=author.why[:300], updated_at=now)
            Document.objects.filter(entity_id__in=ids).delete()
            for entity in some:
                facts.retire(entity, DESCRIPTOR)
        history.record([(entity, REMOVED) for entity in entities], author, now)
        if entities:
            revision.bump()
