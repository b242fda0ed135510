"""Ingest: a descriptor file becomes entities, relations and the fact `catalog.descriptor`; each document has its report.

A file is one transaction: readers see all of it or nothing. What has not changed since the last reading is not read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import bulk
from portal.collector import held_back
from services.descriptors import Problem, Taken
from services.descriptors.columns import fill
from services.descriptors.placeholders import Opener
from services.descriptors.reading import Document
from services.imports.parse import Parsed, parse
from services.models import Entity, Import, Source
from services.models.sources import ERRORS, OK
from services.storing import documents as finished
from services.storing import write
from services.storing.history import Author

REPORT = ("source", "document", "line", "ref", "state", "field", "reason", "remedy", "at")
# What the finished document of an entity tells of its errors.
TOLD = ("ref", "line", "field", "reason", "remedy")
# Sources that give way to a descriptor: discovery's own words are a stopgap until somebody writes one.
STOPGAPS = frozenset({"discovery"})
# Says why its author may not write an entity ("" where it may); both what is wanted and what is there are asked.
Right = Callable[[Entity], str]


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


def ingest(raw: bytes, source: str, by: str = "ingest", right: Right | None = None) -> Outcome:
    """Store every good document of the file and report on all. `source` names the file; its old reports go.

    An entity that the file no longer holds is removed, but only where the whole file could be read.
    """
    row = Source.objects.filter(name=source[:300], location=None).first() or Source(name=source[:300])
    outcome = ingest_file(raw, row, by, right=right)
    finished.refresh()
    return outcome


@held_back()
def ingest_file(
    raw: bytes, row: Source, by: str, *, opener: Opener | None = None, right: Right | None = None
) -> Outcome:
    """Store one file. `row` (saved or not) is filled and saved; call `documents.refresh` afterwards."""
    sha = hashlib.sha256(raw).hexdigest()
    row.read_at, row.next_at, row.failures, row.error, row.remedy = timezone.now(), None, 0, "", ""
    if row.pk and row.sha256 == sha and not row.errors and not row.includes:
        row.state = OK
        row.save()
        return Outcome(unchanged=row.documents)
    row.sha256 = sha
    reading = _Reading(row, by, right)
    parsed = parse(raw, reading.known(), is_json=row.name.lower().endswith(".json"), opener=opener)
    try:
        return reading.store(parsed)
    except IntegrityError:
        # Somebody else wrote one of the entities at the same moment; now it is there to be seen.
        standing = Source.objects.filter(name=row.name, location=row.location).first()
        row.pk, row._state.adding = (standing.pk if standing else None), standing is None
        return _Reading(row, by, right).store(parsed)


class _Reading:
    """One reading of one file."""

    def __init__(self, row: Source, by: str, right: Right | None) -> None:
        self.row, self.source, self.by, self.right = row, row.name, by, right
        self.outcome = Outcome()
        self.seen: set[str] = set()

    def known(self) -> dict[str, str]:
        """The ref of each document that the file held at its last reading, by the digest of its text."""
        held = Entity.objects.live().filter(source=self.source).exclude(source_sha="")
        return {entity.source_sha: entity.ref for entity in held.only("kind", "namespace", "name", "source_sha")}

    def store(self, parsed: Parsed) -> Outcome:
        """Write everything at once."""
        with transaction.atomic():
            self.row.save()
            for document, ref in parsed.kept:
                self.note(document, ref)
            self.outcome.unchanged = len(parsed.kept)
            for fault in parsed.faults:
                self.fail(fault.document, fault.ref, fault.problem)
            wanted = self.settle(parsed.good)
            stored = write.store([one for _, one in wanted], Author(self.by, self.source))
            self.outcome.stored = len(stored.written)
            self.outcome.unchanged += len(stored.same)
            self.note_shas(stored.same)
            if not self.outcome.errors:
                self.remove_absent()
            self.row.includes = parsed.includes
            self.report()
        return self.outcome

    def settle(self, wanted: list[tuple[Document, write.Wanted]]) -> list[tuple[Document, write.Wanted]]:
        """Those whose name is free or ours, and that we may write: the first source of an entity keeps it."""
        known = write.standing(one.ref for _, one in wanted)
        mine = []
        for document, one in wanted:
            entity = known.get(one.ref)
            problem = conflict(one.ref, entity, self.source) or right_problem(self.right, one, entity)
            if problem:
                problem.line = document.line_of(problem.field)
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
        self.outcome.reports.append(faulty(self.source, document.number if document else 0, ref, problem))

    def note_shas(self, same: list[Entity]) -> None:
        """A text that changed and says the same: remember the new text."""
        bulk.update(Entity, ("source_sha",), ((entity.source_sha, entity.pk) for entity in same))

    def remove_absent(self) -> None:
        """Remove what the file held before and holds no longer."""
        held = Entity.objects.live().filter(source=self.source)
        gone = [entity for entity in held if entity.ref not in self.seen]
        if self.right is not None:
            gone = [entity for entity in gone if not self.right(entity)]
        write.remove(gone, Author(self.by, self.source, "It is no longer in its file."))
        self.outcome.removed = len(gone)

    def report(self) -> None:
        """Replace the reports of the file. Entities whose errors are not what they were get a new document."""
        now = timezone.now()
        reports = sorted(self.outcome.reports, key=lambda row: (row.document, row.line))
        before = set(Import.objects.filter(source=self.source, state="error").values_list(*TOLD))
        finished.mark(
            ref for ref, *_ in before ^ {tuple(getattr(row, name) for name in TOLD) for row in self.outcome.errors}
        )
        Import.objects.filter(source=self.source).delete()
        rows = ([getattr(report, name) for name in REPORT[:-1]] + [now] for report in reports)
        bulk.insert(Import, REPORT, rows)
        self.row.errors = len(self.outcome.errors)
        self.row.documents = len({row.document for row in reports})
        self.row.state = ERRORS if self.row.errors else OK
        self.row.save()


def conflict(ref: str, entity: Entity | None, source: str) -> Problem | None:
    """The problem of a source that wants a ref which the live `entity` of another source has; None where there is none."""
    if entity is None or entity.removed_at is not None or entity.source in {source, *STOPGAPS}:
        return None
    reason = f"{ref} already comes from {entity.source or 'the catalog itself'}."
    return Taken(reason, "Remove it from one of the two.", field="metadata.name")


def right_problem(right: Right | None, one: write.Wanted, entity: Entity | None) -> Problem | None:
    """Why its author may not write this descriptor over `entity`, or None."""
    if right is None:
        return None
    made = Entity()
    fill(made, one.ref, one.data, one.edges)
    reason = right(made) or (right(entity) if entity and entity.removed_at is None else "")
    return Problem(reason, "Ask somebody of that team to import it.", field="spec.owner") if reason else None


def faulty(source: str, number: int, ref: str, problem: Problem) -> Import:
    """A report of a problem, not saved."""
    return Import(
        source=source, document=number, line=problem.line, ref=ref[:200], state="error",
        field=problem.field[:200], reason=problem.reason[:500], remedy=problem.remedy[:500],
    )  # fmt: skip
