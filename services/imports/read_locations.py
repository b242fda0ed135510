"""Reading registered locations, and files by hand: due ones only, each file apart, so that one failure costs one file.

A file that cannot be read is tried again after a pause that doubles each time; what it held stays. One that is gone takes
its entities along after READING_TRIES tries, and their pages say so.
"""

from __future__ import annotations

import fnmatch
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from services.descriptors import LIMITS, Gone, Problem, Unread
from services.imports import cycles
from services.imports.reach import Reach
from services.imports.walk import Step, opener_of, targets
from services.ingest import Outcome, faulty, ingest_file
from services.models import Entity, Import, Location, Source
from services.models.sources import ERRORS, FAILING, GONE, OK, OPTIONAL
from services.storing import documents, write
from services.storing.history import Author

LONGEST_PAUSE = 6 * 3600
CLAIM = timedelta(minutes=10)
Told = Callable[[str, Outcome], None]


@dataclass
class Result:
    """What became of one location: counts of its files and entities."""

    files: int = 0
    stored: int = 0
    unchanged: int = 0
    removed: int = 0
    errors: int = 0


def read_location(location: Location) -> Result | None:
    """Read a location if it is due and nobody else does; None otherwise. The caller finishes the documents afterwards."""
    now = timezone.now()
    claim = Location.objects.filter(pk=location.pk, next_at=location.next_at, next_at__lte=now)
    return read_now(location) if claim.update(next_at=now + CLAIM) else None


def read_now(location: Location) -> Result:
    """Read a location whether it is due or not. Two readings at once do no harm, but twice the work."""
    reading = Walk(location, Reach.of_settings(), f"location {location}"[:150])
    result = reading.run(location.target, location.entity_ref, optional=location.presence == OPTIONAL)
    _settle(location, reading)
    return result


def _settle(location: Location, reading: Walk) -> None:
    """Note on the location how it went and when it is due again."""
    now = timezone.now()
    rows = list(location.sources.all())
    tops = [row for row in rows if row.parent_ref == location.entity_ref]
    worst = next((row for row in tops if row.failures), None)
    broken = reading.problem or worst
    states = {row.state for row in rows if location.presence != OPTIONAL or row.state != GONE}
    Location.objects.filter(pk=location.pk).update(
        read_at=now,
        next_at=(worst.next_at if worst and worst.next_at else now + timedelta(seconds=settings.READING_INTERVAL)),
        failures=worst.failures if worst else 0,
        state=FAILING if reading.problem else next((one for one in (GONE, FAILING, ERRORS) if one in states), OK),
        error=(broken.reason if isinstance(broken, Problem) else broken.error if broken else "")[:500],
        remedy=(broken.remedy if broken else "")[:500],
    )


def read_by_hand(names: Iterable[str], reach: Reach, by: str, told: Told) -> None:
    """Read files that no location names, and what their Location entities name. Raises Problem for a file that cannot be read."""
    reading = Walk(None, reach, by, told)
    for name in names:
        reading.run(name, "")
    documents.refresh()
    cycles.report()


@dataclass
class Walk:
    """One reading of one location (None: by hand)."""

    location: Location | None
    reach: Reach
    by: str
    told: Told | None = None
    problem: Problem | None = None
    result: Result = field(default_factory=Result)
    rows: dict[str, Source] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    parents: set[str] = field(default_factory=set)

    def run(self, target: str, parent_ref: str, *, optional: bool = False) -> Result:
        """Read the target and everything below it, then let go of what nothing names any longer."""
        if not self.rows:
            self.rows = {row.name: row for row in Source.objects.filter(location=self.location)}
        try:
            steps = deque(Step(name, parent_ref, optional) for name in self.files(target, parent_ref))
        except Problem as problem:
            if self.location is None:
                raise
            self.problem, steps = problem, deque()
        while steps:
            step = steps.popleft()
            if step.name in self.seen:
                continue
            self.seen.add(step.name)
            self.visit(step)
            below = self.below(step.name)
            room = LIMITS.files - len(self.seen) - len(steps)
            steps.extend(below[: max(0, room)])
        if self.problem is None:
            self.let_go()
        return self.result

    def files(self, pattern: str, parent_ref: str) -> list[str]:
        """What the pattern finds, and what it found before and now misses: that is gone, not forgotten."""
        found = self.reach.expand(pattern)
        missed = {
            row.name
            for row in self.rows.values()
            if row.parent_ref == parent_ref and parent_ref and fnmatch.fnmatch(row.name, pattern)
        }
        return found + sorted(missed - set(found))

    def visit(self, step: Step) -> None:
        """Read one file, unless it is having its pause."""
        row = self.rows.get(step.name) or Source(name=step.name, location=self.location)
        self.rows[step.name] = row
        row.parent_ref = step.parent_ref
        if row.next_at is not None and row.next_at > timezone.now():
            return
        self.result.files += 1
        try:
            whole = bool(row.errors or row.includes)
            etag, modified = ("", "") if whole else (row.etag, row.modified)
            fetched = self.reach.read(step.name, etag=etag, modified=modified)
        except Problem as problem:
            if self.location is None and not step.parent_ref:
                raise
            self.fail(row, step, problem)
            return
        if fetched.body is None:
            outcome = self.confirm(row)
        else:
            row.etag, row.modified = fetched.etag, fetched.modified
            outcome = ingest_file(fetched.body, row, self.by, opener=opener_of(step.name, self.reach))
        self.count(outcome)
        if self.told:
            self.told(step.name, outcome)

    def count(self, outcome: Outcome) -> None:
        """Add up."""
        self.result.stored += outcome.stored
        self.result.unchanged += outcome.unchanged
        self.result.removed += outcome.removed
        self.result.errors += len(outcome.errors)

    def confirm(self, row: Source) -> Outcome:
        """The host says that nothing has changed."""
        row.read_at, row.next_at, row.failures, row.error, row.remedy = timezone.now(), None, 0, "", ""
        row.state = OK
        row.save()
        return Outcome(unchanged=row.documents)

    def fail(self, row: Source, step: Step, problem: Problem) -> None:
        """Count the failure and set the next try; after enough tries the entities of a file that is gone go too."""
        self.result.errors += 0 if step.optional and isinstance(problem, Gone) else 1
        row.failures += 1
        row.state = GONE if isinstance(problem, Gone) else FAILING
        row.error, row.remedy = problem.reason[:500], problem.remedy[:500]
        row.next_at = timezone.now() + timedelta(seconds=pause(row.failures, problem))
        with transaction.atomic():
            if row.state == GONE and row.failures >= settings.READING_TRIES:
                self.bury([row], f"Its file {row.name} is gone: {problem.reason}")
                row.sha256, row.etag, row.modified, row.documents, row.errors = "", "", "", 0, 0
            row.save()
            Import.objects.filter(source=row.name, document=0).delete()
            if not (step.optional and row.state == GONE):
                report = faulty(row.name, 0, "", problem)
                report.at = timezone.now()
                report.save()

    def bury(self, rows: list[Source], why: str) -> None:
        """Remove the entities of files, unless another location has them too."""
        names = {row.name for row in rows}
        ids = [row.pk for row in rows if row.pk]
        names -= set(
            Source.objects.filter(name__in=names).exclude(Q(pk__in=ids) | Q(state=GONE)).values_list("name", flat=True)
        )
        held = list(Entity.objects.live().filter(source__in=names))
        write.remove(held, Author(self.by, str(self.location or "by hand"), why[:300]))
        Import.objects.filter(source__in=names).delete()
        self.result.removed += len(held)

    def below(self, name: str) -> list[Step]:
        """The files that the Location entities of a file name, its last good version counting where it is broken."""
        steps: list[Step] = []
        for entity in Entity.objects.live().filter(source=name, kind="location"):
            self.parents.add(entity.ref)
            optional = entity.spec.get("presence") == OPTIONAL
            faults = []
            for named in targets(entity.spec, name, self.reach):
                if named.problem:
                    named.problem.field = named.field
                    faults.append(named.problem)
                else:
                    files = self.files(named.pattern, entity.ref)
                    steps += [Step(file, entity.ref, optional) for file in files]
            self.report_targets(entity, faults)
        return steps

    def report_targets(self, entity: Entity, faults: list[Problem]) -> None:
        """Replace the reports of targets that cannot be used."""
        old = Import.objects.filter(
            source=entity.source, ref=entity.ref, field__startswith="spec.target", state="error"
        )
        if not faults and not old.exists():
            return
        good = Import.objects.filter(source=entity.source, ref=entity.ref, state="ok").first()
        old.delete()
        for problem in faults:
            problem.line = good.line if good else 1
            report = faulty(entity.source, good.document if good else 1, entity.ref, problem)
            report.at = timezone.now()
            report.save()
        row = self.rows[entity.source]
        row.errors = Import.objects.filter(source=entity.source, state="error").count()
        row.state = ERRORS if row.errors else OK
        row.save()
        self.result.errors += len(faults)
        documents.mark([entity.ref])

    def let_go(self) -> None:
        """Forget the files that nothing names any longer, with what only they held."""
        if self.location is None and not self.parents:
            return
        unseen = Q(parent_ref__in=self.parents) if self.location is None else Q()
        rows = [row for row in Source.objects.filter(unseen, location=self.location) if row.name not in self.seen]
        if rows:
            with transaction.atomic():
                self.bury(rows, "No location names its file any longer.")
                Source.objects.filter(pk__in=[row.pk for row in rows]).delete()


def pause(failures: int, problem: Problem) -> int:
    """Seconds until the next try: the usual interval, doubled for each failure after the first, at most six hours; longer
    where the host asks for it."""
    step: int = min(settings.READING_INTERVAL << min(failures - 1, 16), LONGEST_PAUSE)
    asked = problem.retry_after if isinstance(problem, Unread) else 0
    return max(step, asked)
