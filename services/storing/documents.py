"""The finished JSON of each entity: its descriptor, what the server sets, and its relations, ready to be sent.

Whoever changes an entity or an edge marks the entities at both ends stale in the same transaction; `refresh` writes their
documents anew. A process that dies in between leaves the mark, and the job `services.storing.documents` finds it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.db import connection, transaction

from portal import bulk
from portal.collector import held_back
from portal.jobs.context import JobContext
from services.descriptors.edges import in_order
from services.models import Document, Entity, Import, Relation, SearchKey, Source, StaleDocument
from services.storing import revision

KINDS = {"api": "API"}
# From so many new documents on, the database is told to look at the tables before anybody asks.
MANY = 1_000


def mark(refs: Iterable[str]) -> None:
    """Say that the documents of these entities lag behind; refs of what is not there are passed over."""
    for some in bulk.batches(sorted(set(refs))):
        mark_ids(Entity.objects.live().by_refs(some).values_list("pk", flat=True))


def mark_ids(ids: Iterable[int]) -> None:
    """The same, by id."""
    bulk.insert(StaleDocument, ("entity",), ((pk,) for pk in ids))


def refresh() -> int:
    """Write every document that lags behind; returns how many there were. Safe to call at any time, by anybody."""
    done = 0
    while count := _refresh_some():
        done += count
    if done >= MANY:
        bulk.settle(Entity, Document, Relation, SearchKey)
    return done


def run(context: JobContext) -> dict[str, Any]:
    """The job `services.storing.documents`: finish what a process that died has left."""
    return {"documents": refresh()}


@held_back()
def _refresh_some() -> int:
    """Take some marks off. The entities are locked first: a mark that is set from here on stays for the next round."""
    with transaction.atomic():
        ids = list(
            StaleDocument.objects.order_by("entity_id").values_list("entity_id", flat=True).distinct()[: bulk.SIZE]
        )
        marks = list(StaleDocument.objects.filter(entity_id__in=ids).values_list("pk", flat=True))
        rows = Entity.objects.live().filter(pk__in=ids).order_by("pk")
        if connection.features.has_select_for_no_key_update:
            rows = rows.select_for_update(no_key=True)
        entities = list(rows)
        written = _written(entities)
        Document.objects.filter(entity__in=entities).delete()
        bulk.insert(Document, ("entity", "text", "etag"), written)
        for some in bulk.batches(marks):
            StaleDocument.objects.filter(pk__in=some).delete()
        if written:
            revision.bump()
    return len(ids)


def _written(entities: list[Entity]) -> list[tuple[int, str, str]]:
    """(id, text, etag) of each."""
    relations = relations_of(entity.ref for entity in entities)
    places, items = origins(entity.source for entity in entities), status_items(entities)
    return [
        (entity.pk, *_finished(base(entity, places), relations.get(entity.ref, []), items.get(entity.ref, [])))
        for entity in entities
    ]


def _finished(made: dict[str, Any], relations: list[tuple[str, str]], items: list[dict[str, Any]]) -> tuple[str, str]:
    """(text, etag)."""
    made["relations"] = [{"type": kind, "targetRef": ref} for kind, ref in relations]
    if items:
        made["status"] = {"items": items}
    etag = hashlib.blake2b(orjson.dumps(made), digest_size=20).hexdigest()
    made["metadata"]["etag"] = etag
    return orjson.dumps(made).decode(), etag


def status_items(entities: Iterable[Entity]) -> dict[str, list[dict[str, Any]]]:
    """By ref what is wrong with the newest descriptor of an entity whose last good version stays."""
    sources = {entity.ref: entity.source for entity in entities}
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in Import.objects.filter(state="error", ref__in=sources):
        if sources[row.ref] == row.source:
            text = f"{row.source}, line {row.line}: {f'{row.field}: ' if row.field else ''}{row.reason} {row.remedy}"
            error = {"name": "InputError", "message": text}
            found[row.ref].append(
                {"type": "backstage.io/catalog-processing", "level": "error", "message": text, "error": error}
            )
    return found


def origins(sources: Iterable[str]) -> dict[str, str]:
    """By the name of a source the location that was registered and led to it, as `type:target`; the first counts."""
    rows = Source.objects.filter(name__in=set(sources), location__isnull=False).order_by("-pk")
    return {
        name: f"{kind}:{target}"
        for name, kind, target in rows.values_list("name", "location__type", "location__target")
    }


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
    if stored is None or StaleDocument.objects.filter(entity=entity).exists():
        _, text, _ = _written([entity])[0]
    else:
        text = stored.text
    found: dict[str, Any] = orjson.loads(text)
    return found


def base(entity: Entity, places: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The entity without relations and etag, as a new dict whose `metadata` may be changed.

    `places` is what `origins` says of its source, where many entities are asked for together.
    """
    data = entity.data or _envelope(entity)
    place = location_of(entity.source)
    origin = (origins([entity.source]) if places is None else places).get(entity.source, place)
    metadata = {**data["metadata"], "namespace": entity.namespace, "uid": str(entity.uid)}
    metadata["annotations"] = {
        **(metadata.get("annotations") or {}),
        "backstage.io/managed-by-location": place,
        "backstage.io/managed-by-origin-location": origin,
    }
    made = {**data, "metadata": metadata}
    if "spec" in data:
        made["spec"] = in_order(entity.kind, data["spec"])
    return made


def location_of(source: str) -> str:
    """A source as a location ref, `type:target`."""
    if source.startswith(("http://", "https://")):
        return f"url:{source}"
    return source if source.partition(":")[0] in {"url", "file", "aws", "api", "upload"} else f"file:{source}"


def _envelope(entity: Entity) -> dict[str, Any]:
    """A descriptor for a row that was written without one."""
    spec = {"type": entity.type, "lifecycle": entity.lifecycle, "owner": entity.owner_ref, "system": entity.system_ref}
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": KINDS.get(entity.kind, entity.kind.capitalize()),
        "metadata": {"name": entity.name, "title": entity.label},
        "spec": {key: value for key, value in spec.items() if value},
    }
