"""Ingest: a descriptor file becomes entities, relations and the fact `catalog.descriptor`; each document has its report.

A file is one transaction: readers see all of it or nothing. What has not changed since the last reading is not read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import bulk
from services import documents as finished
from services import write
from services.descriptors import Problem
from services.descriptors.edges import edges
from services.descriptors.reading import Document, documents
from services.descriptors.refs import full_ref
from services.descriptors.rules import check
from services.history import Author
from services.models import Entity, Import, Source

REPORT = ("source", "document", "line", "ref", "state", "field", "reason", "remedy", "at")
# Sources that give way to a descriptor: discovery's own words are a stopgap until somebody writes one.
STOPGAPS = frozenset({"discovery"})


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


def ingest(raw: bytes, source: str, by: str = "ingest") -> Outcome:
    """Store every good document of the file and report on all. `source` names the file; its old reports go.

    An entity that the file no longer holds is removed, but only where the whole file could be read.
    """
    return ingest_all([(raw, source)], by)[0]


def ingest_all(files: Iterable[tuple[bytes, str]], by: str = "ingest") -> list[Outcome]:
    """Store several files, one transaction each, then finish the documents of all entities that they touch."""
    outcomes = [_file(raw, source[:300], by) for raw, source in files]
    finished.refresh()
    return outcomes


def _file(raw: bytes, source: str, by: str) -> Outcome:
    sha = hashlib.sha256(raw).hexdigest()
    known = Source.objects.filter(name=source, sha256=sha, errors=0).first()
    if known is not None:
        Source.objects.filter(pk=known.pk).update(read_at=timezone.now())
        return Outcome(unchanged=known.documents)
    try:
        return _Reading(source, by).store(raw, sha)
    except IntegrityError:
        # Somebody else wrote one of the entities at the same moment; now it is there to be seen.
        return _Reading(source, by).store(raw, sha)


class _Reading:
    """One reading of one file."""

    def __init__(self, source: str, by: str) -> None:
        self.source, self.by = source, by
        self.outcome = Outcome()
        self.seen: set[str] = set()

    def store(self, raw: bytes, sha: str) -> Outcome:
        """Read everything, then write it all at once."""
        with transaction.atomic():
            wanted = self.settle(self.read(raw))
            stored = write.store([one for _, one in wanted], Author(self.by, self.source))
            self.outcome.stored = len(stored.written)
            self.outcome.unchanged += len(stored.same)
            self.note_shas(stored.same)
            if not self.outcome.errors:
                self.remove_absent()
            self.report(sha)
        return self.outcome

    def read(self, raw: bytes) -> list[tuple[Document, write.Wanted]]:
        """The good documents that are new or changed; all others leave a report."""
        held = Entity.objects.live().filter(source=self.source).exclude(source_sha="")
        known = {entity.source_sha: entity.ref for entity in held.only("kind", "namespace", "name", "source_sha")}
        found: list[tuple[Document, write.Wanted]] = []
        try:
            for document in documents(raw):
                ref = known.get(document.sha, "")
                if ref and ref not in self.seen:
                    self.note(document, ref)
                    self.outcome.unchanged += 1
                elif one := self.one(document):
                    found.append((document, one))
        except Problem as problem:
            self.fail(None, "", problem)
        return found

    def one(self, document: Document) -> write.Wanted | None:
        """One document as an entity that is wanted; None where it is no good."""
        ref = ""
        try:
            if document.read().problem:
                raise document.problem or Problem("", "")
            if problems := check(document):
                for problem in problems:
                    self.fail(document, name_of(document), problem)
                return None
            metadata = document.data["metadata"]
            ref = f"{document.data['kind']}:{metadata.get('namespace') or 'default'}/{metadata['name']}".lower()
            if ref in self.seen:
                raise Problem(f"{ref} is in this file twice.", "Keep one of them.", field="metadata.name")
            said = edges(ref, document.data.get("spec") or {})
        except Problem as problem:
            if problem is not document.problem:
                problem.line = document.line_of(problem.field)
            self.fail(document, ref or name_of(document), problem)
            return None
        self.seen.add(ref)
        return write.Wanted(ref, document.data, said, document.sha)

    def settle(self, wanted: list[tuple[Document, write.Wanted]]) -> list[tuple[Document, write.Wanted]]:
        """Those whose name is free or ours: the first source of an entity keeps it."""
        known = write.standing(one.ref for _, one in wanted)
        mine = []
        for document, one in wanted:
            entity = known.get(one.ref)
            if entity and entity.removed_at is None and entity.source not in {self.source, *STOPGAPS}:
                reason = f"{one.ref} already comes from {entity.source}."
                line = document.line_of("metadata.name")
                problem = Problem(reason, "Remove it from one of the two.", field="metadata.name", line=line)
                self.fail(document, one.ref, problem)
                continue
            self.note(document, one.ref)
            mine.append((document, one))
        return mine

    def note(self, document: Document, ref: str) -> None:
        """Report that the document is in the catalog."""
        self.seen.add(ref)
        self.outcome.reports.append(
            Import(source=self.source, document=document.number, line=document.line, ref=ref, state="ok")
        )

    def fail(self, document: Document | None, ref: str, problem: Problem) -> None:
        """Report what is wrong; `document` is None where it is the file as a whole."""
        self.outcome.reports.append(
            Import(
                source=self.source, document=document.number if document else 0, line=problem.line, ref=ref[:200],
                state="error", field=problem.field[:200], reason=problem.reason[:500], remedy=problem.remedy[:500],
            )
        )  # fmt: skip

    def note_shas(self, same: list[Entity]) -> None:
        """A text that changed and says the same: remember the new text."""
        bulk.update(Entity, ("source_sha",), ((entity.source_sha, entity.pk) for entity in same))

    def remove_absent(self) -> None:
        """Remove what the file held before and holds no longer."""
        held = Entity.objects.live().filter(source=self.source)
        gone = [entity for entity in held if entity.ref not in self.seen]
        write.remove(gone, Author(self.by, self.source, "It is no longer in its file."))
        self.outcome.removed = len(gone)

    def report(self, sha: str) -> None:
        """Replace the reports of the file."""
        now = timezone.now()
        reports = sorted(self.outcome.reports, key=lambda row: (row.document, row.line))
        Import.objects.filter(source=self.source).delete()
        rows = ([getattr(report, name) for name in REPORT[:-1]] + [now] for report in reports)
        bulk.insert(Import, REPORT, rows)
        errors = len(self.outcome.errors)
        counts = {"documents": len({row.document for row in reports}), "errors": errors}
        Source.objects.update_or_create(name=self.source, defaults={"sha256": sha, "read_at": now, **counts})


def name_of(document: Document) -> str:
    """What a broken document calls itself, as far as that can be told."""
    try:
        return full_ref(str(document.data["metadata"]["name"]), kind=str(document.data["kind"]))
    except (TypeError, KeyError, ValueError):
        return ""
