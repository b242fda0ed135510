"""The finished JSON of each entity: its descriptor, what the server sets, and its relations, ready to be sent.

Whoever changes an entity or an edge marks the entities at both ends stale in the same transaction; `refresh` writes their
documents anew. A process that dies in between leaves the mark, and the job `services.documents` finds it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import orjson
from django.db import connection, transaction

from portal import bulk
from portal.jobs.context import JobContext
from services import revision
from services.models import Document, Entity, Relation

KINDS = {"api": "API"}


def mark(refs: Iterable[str]) -> None:
    """Say that the documents of these entities lag behind."""
    for some in bulk.batches(sorted(set(refs))):
        Entity.objects.live().by_refs(some).filter(stale=False).update(stale=True)


def refresh() -> int:
    """Write every document that lags behind; how many there were. Safe to call from anywhere, any number of times."""
    done = 0
    while count := _refresh_some():
        done += count
    return done


def run(context: JobContext) -> dict[str, Any]:
    """The job `services.documents`: finish what a process that died has left."""
    return {"documents": refresh()}


def _refresh_some() -> int:
    with transaction.atomic():
        rows = Entity.objects.live().filter(stale=True).order_by("pk")
        if connection.features.has_select_for_update:
            rows = rows.select_for_update()
        stale = list(rows[: bulk.SIZE])
        if not stale:
            return 0
        relations = relations_of(entity.ref for entity in stale)
        written = [_written(entity, relations.get(entity.ref, [])) for entity in stale]
        bulk.update(Entity, ("etag", "stale"), ((etag, False, pk) for pk, etag, _ in written))
        Document.objects.filter(entity__in=stale).delete()
        bulk.insert(Document, ("entity", "text"), ((pk, text) for pk, _, text in written))
        revision.bump()
        return len(stale)


def _written(entity: Entity, relations: list[tuple[str, str]]) -> tuple[int, str, str]:
    """(id, etag, text)."""
    made = base(entity)
    made["relations"] = [{"type": kind, "targetRef": ref} for kind, ref in relations]
    etag = hashlib.blake2b(orjson.dumps(made), digest_size=20).hexdigest()
    made["metadata"]["etag"] = etag
    return entity.pk, etag, orjson.dumps(made).decode()


def relations_of(refs: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """(type, target) by ref, each once and in order, as Backstage answers them."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    rows = Relation.objects.filter(source_ref__in=list(refs)).order_by()
    for source, kind, ref in rows.values_list("source_ref", "type", "target_ref"):
        found[source].add((kind, ref))
    return {source: sorted(ends) for source, ends in found.items()}


def finished(entity: Entity) -> dict[str, Any]:
    """The entity's document as it is stored, or made now where it lags behind."""
    stored = Document.objects.filter(entity=entity).first()
    if stored is not None and not entity.stale:
        found: dict[str, Any] = orjson.loads(stored.text)
        return found
    return orjson.loads(_written(entity, relations_of([entity.ref]).get(entity.ref, []))[2])  # type: ignore[no-any-return]


def base(entity: Entity) -> dict[str, Any]:
    """The entity without relations and etag, as a new dict whose `metadata` may be changed."""
    data = entity.data or _envelope(entity)
    place = location_of(entity.source)
    metadata = {**data["metadata"], "namespace": entity.namespace, "uid": str(entity.uid)}
    metadata["annotations"] = {
        **(metadata.get("annotations") or {}),
        "backstage.io/managed-by-location": place,
        "backstage.io/managed-by-origin-location": place,
    }
    return {**data, "metadata": metadata}


def location_of(source: str) -> str:
    """A source as a location ref, `type:target`."""
    if source.startswith(("http://", "https://")):
        return f"url:{source}"
    return source if source.partition(":")[0] in {"url", "file", "aws", "api"} else f"file:{source}"


def _envelope(entity: Entity) -> dict[str, Any]:
    """A descriptor for a row that was written without one."""
    spec = {"type": entity.type, "lifecycle": entity.lifecycle, "owner": entity.owner_ref, "system": entity.system_ref}
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": KINDS.get(entity.kind, entity.kind.capitalize()),
        "metadata": {"name": entity.name, "title": entity.label},
        "spec": {key: value for key, value in spec.items() if value},
    }
