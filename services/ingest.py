"""Ingest: a descriptor file becomes entities, relations and the fact `catalog.descriptor`; each document has its report."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from services import facts
from services.descriptors import Problem
from services.descriptors.edges import edges, target
from services.descriptors.reading import Document, documents
from services.descriptors.refs import full_ref
from services.descriptors.rules import check
from services.descriptors.summary import summary, tier_of
from services.models import Entity, Import
from services.relations import Edge, connect, replace_edges


@dataclass
class Outcome:
    """What became of one file."""

    stored: int = 0
    unchanged: int = 0
    removed: int = 0
    reports: list[Import] = field(default_factory=list)

    @property
    def errors(self) -> list[Import]:
        """The reports of documents that were not stored."""
        return [report for report in self.reports if report.state == "error"]


def ingest(raw: bytes, source: str) -> Outcome:
    """Store every good document of the file and report on all. `source` names the file; its old reports go.

    An entity that the file no longer holds is removed, but only where the whole file could be read.
    """
    outcome = Outcome()
    source = source[:300]
    seen: set[str] = set()
    try:
        for document in documents(raw):
            _document(document, source, seen, outcome)
    except Problem as problem:
        outcome.reports.append(_error(source, 0, "", problem))
    with transaction.atomic():
        Import.objects.filter(source=source).delete()
        Import.objects.bulk_create(outcome.reports)
    if not outcome.errors:
        outcome.removed = _remove_absent(source, seen)
    return outcome


def _document(document: Document, source: str, seen: set[str], outcome: Outcome) -> None:
    ref = ""
    try:
        if document.problem:
            raise document.problem
        problems = check(document)
        if problems:
            outcome.reports += [_error(source, document.number, _name(document), problem) for problem in problems]
            return
        metadata = document.data["metadata"]
        ref = f"{document.data['kind']}:{metadata.get('namespace', 'default')}/{metadata['name']}".lower()
        if ref in seen:
            raise Problem(
                f"{ref} is in this file twice.", "Keep one of them.", field="metadata.name", line=document.line
            )
        changed = _store(document, ref, source)
    except Problem as problem:
        if problem is not document.problem:
            problem.line = document.lines.get(problem.field, document.line)
        outcome.reports.append(_error(source, document.number, ref or _name(document), problem))
        return
    seen.add(ref)
    outcome.stored += changed
    outcome.unchanged += not changed
    now = timezone.now()
    outcome.reports.append(
        Import(source=source, document=document.number, line=document.line, ref=ref, state="ok", at=now)
    )


def _name(document: Document) -> str:
    """What a broken document calls itself, as far as that can be told."""
    try:
        return full_ref(str(document.data["metadata"]["name"]), kind=str(document.data["kind"]))
    except (TypeError, KeyError, ValueError):
        return ""


def _error(source: str, number: int, ref: str, problem: Problem) -> Import:
    return Import(
        source=source, document=number, line=problem.line, ref=ref[:200], state="error", at=timezone.now(),
        field=problem.field[:200], reason=problem.reason[:500], remedy=problem.remedy[:500],
    )  # fmt: skip


def _store(document: Document, ref: str, source: str) -> bool:
    """Write one entity; False where it is on record just so."""
    data = document.data
    said = edges(ref, data.get("spec", {}))
    etag = facts.digest(data)
    with transaction.atomic():
        entity = Entity.objects.by_ref(ref).first()
        if entity and entity.source not in {source, "discovery"}:
            reason = f"{ref} already comes from {entity.source}."
            raise Problem(reason, "Remove it from one of the two.", field="metadata.name")
        if entity and entity.etag == etag and entity.source == source:
            _publish(entity, data, said, source)
            return False
        new = entity is None
        entity = entity or Entity()
        _fill(entity, ref, data, said)
        entity.source, entity.etag = source, etag
        entity.save()
        replace_edges(f"descriptor:{entity.pk}", said)
        if new:
            connect(entity)
        _publish(entity, data, said, source)
    return True


def _fill(entity: Entity, ref: str, data: dict[str, object], said: list[Edge]) -> None:
    metadata: dict[str, object] = data["metadata"]  # type: ignore[assignment]  # checked by descriptors.rules
    spec: dict[str, object] = data.get("spec") or {}  # type: ignore[assignment]
    entity.kind, _, rest = ref.partition(":")
    entity.namespace, _, entity.name = rest.partition("/")
    entity.title = str(metadata.get("title") or metadata["name"])
    entity.description = str(metadata.get("description", ""))
    entity.owner_ref = target(said, "ownedBy", "group")
    entity.system_ref = target(said, "partOf", "system")
    entity.type = str(spec.get("type", ""))
    entity.lifecycle = str(spec.get("lifecycle", ""))
    entity.tier = tier_of(data)
    entity.tags = metadata.get("tags", [])
    entity.links = metadata.get("links", [])
    entity.annotations = metadata.get("annotations", {})
    entity.spec, entity.data = spec, data


def _publish(entity: Entity, data: dict[str, object], said: list[Edge], source: str) -> None:
    if entity.kind == "component":
        facts.publish(entity, "catalog.descriptor", summary(data, said), source=f"descriptor {source}"[:100])


def _remove_absent(source: str, seen: set[str]) -> int:
    removed = 0
    for entity in Entity.objects.live().filter(source=source):
        if entity.ref in seen:
            continue
        with transaction.atomic():
            replace_edges(f"descriptor:{entity.pk}", [])
            entity.relations.all().delete()
            facts.retire(entity, "catalog.descriptor")
            Entity.objects.filter(pk=entity.pk).update(removed_at=timezone.now())
        removed += 1
    return removed
