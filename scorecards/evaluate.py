"""Bring services up to date: read the facts of a batch in one query, judge, write only what changed.

Any number of workers may do this at once: each batch is written in one short transaction, which is given up when another
worker was first (a row is closed only while it is open, and there is one open row per check).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from portal.jobs.models import ACTIVE, Run
from scorecards import definitions, rollup
from scorecards.book import Book, Open
from scorecards.models import SCOPE, CheckResult, CheckVersion, EntityEvaluation, ScorePoint, Waiver
from scorecards.replay import replay
from scorecards.timeline import Rulebook, Timeline
from services.models import Entity, Fact

BATCH = 100
#: Keys in one statement; SQLite takes at most 32,766 parameters.
KEYS = 5_000
#: A new service is evaluated once its facts have been quiet for this long and nothing that fills it in is running, so
#: that its history does not begin with a service half seen. Longer than WAIT nobody waits.
SETTLE = timedelta(seconds=10)
WAIT = timedelta(minutes=10)
FILLING = ("services.discover", "portal.demo")
#: What an evaluation notes; `waivers_changed_at` is not its to write.
MARKED = ["evaluated_at", "facts_seen_at", "waivers_seen_at", "next_due", "definitions", "owner_ref", "system_ref"]


@dataclass
class Tally:
    """What a run did."""

    services: int = 0
    results: int = 0
    points: int = 0
    given_up: int = 0

    def as_json(self) -> dict[str, int]:
        """For the run's result."""
        return dict(vars(self))


class Overtaken(Exception):
    """Another worker wrote this batch first."""


def due(digest: str, now: datetime, *, settle: timedelta = SETTLE) -> QuerySet[Entity]:
    """Services whose facts, waivers, owner, checks or clock have changed since they were evaluated; new ones once settled."""
    quiet = now - settle
    born = now - WAIT if settle and Run.objects.filter(job__in=FILLING, state__in=ACTIVE).exists() else quiet
    new = Q(evaluation=None, created_at__lte=born) & (Q(facts_changed_at=None) | Q(facts_changed_at__lte=quiet))
    changed = Q(facts_changed_at__isnull=False) & (
        Q(evaluation__facts_seen_at=None) | ~Q(evaluation__facts_seen_at=F("facts_changed_at"))
    )
    waived = Q(evaluation__waivers_changed_at__isnull=False) & (
        Q(evaluation__waivers_seen_at=None) | ~Q(evaluation__waivers_seen_at=F("evaluation__waivers_changed_at"))
    )
    moved = ~Q(evaluation__owner_ref=F("owner_ref")) | ~Q(evaluation__system_ref=F("system_ref"))
    stale = Q(evaluation__next_due__lte=now) | ~Q(evaluation__definitions=digest)
    return Entity.objects.services().filter(new | (Q(evaluation__isnull=False) & (changed | waived | moved | stale)))


def evaluate_due(
    *, settle: timedelta = SETTLE, between: Callable[[int, int], None] | None = None, now: datetime | None = None
) -> Tally:
    """Evaluate every service that is due. `between(done, total)` is called after each batch and may raise to stop."""
    now = now or timezone.now()
    digest = definitions.sync(now)
    removed(now)
    todo = list(due(digest, now, settle=settle).values_list("pk", flat=True))
    return _in_batches(todo, digest, now, between)


def evaluate_service(entity: Entity, *, now: datetime | None = None) -> Tally:
    """Evaluate one service now, due or not."""
    now = now or timezone.now()
    removed(now)
    return _in_batches([entity.pk], definitions.sync(now), now, None)


def _in_batches(todo: Sequence[int], digest: str, now: datetime, between: Callable[[int, int], None] | None) -> Tally:
    tally = Tally()
    for start in range(0, len(todo), BATCH):
        try:
            _batch(todo[start : start + BATCH], digest, now, tally)
        except (IntegrityError, Overtaken):
            # The services stay due unless the other worker finished them, so nothing is lost.
            tally.given_up += 1
        if between is not None:
            between(min(start + BATCH, len(todo)), len(todo))
    return tally


def _batch(ids: Sequence[int], digest: str, now: datetime, tally: Tally) -> None:
    entities = list(Entity.objects.services().filter(pk__in=ids).select_related("evaluation"))
    marks = {entity.pk: _mark(entity) for entity in entities}
    since = min((mark.evaluated_at for mark in marks.values() if mark), default=now)
    rules = Rulebook(list(CheckVersion.objects.filter(Q(valid_to=None) | Q(valid_to__gt=since))), digest)
    books = _books(entities)
    timelines = _timelines(ids, since)
    for entity in entities:
        mark = marks[entity.pk]
        replay(books[entity.pk], timelines[entity.pk], rules, mark.evaluated_at if mark else None, now)
    _write(list(books.values()), marks, digest, now)
    tally.services += len(entities)
    tally.results += sum(len(book.new_results) for book in books.values())
    tally.points += sum(len(book.new_points) for book in books.values())


def _mark(entity: Entity) -> EntityEvaluation | None:
    try:
        return entity.evaluation
    except EntityEvaluation.DoesNotExist:
        return None


def _books(entities: Sequence[Entity]) -> dict[int, Book]:
    books = {entity.pk: Book(entity) for entity in entities}
    rows = CheckResult.objects.standing().filter(entity__in=entities)
    # Plain values: a full evaluation reads a hundred rows a service, and their JSON is not wanted.
    for pk, entity_id, name, state, version, valid_from, digest in rows.values_list(
        "pk", "entity_id", "check_key", "state", "check_version_id", "valid_from", "digest"
    ):
        books[entity_id].results[name] = Open(pk, state, version, valid_from, digest)
    for point in ScorePoint.objects.standing().filter(entity__in=entities).defer("cause_detail", "cause_text"):
        books[point.entity_id].points[point.pillar] = point
    return books


def _timelines(ids: Sequence[int], since: datetime) -> dict[int, Timeline]:
    timelines: dict[int, Timeline] = defaultdict(Timeline)
    for fact in Fact.objects.filter(Q(valid_to=None) | Q(valid_to__gt=since), entity_id__in=ids).defer("sha256"):
        timelines[fact.entity_id].facts.append(fact)
    for waiver in Waiver.objects.began().filter(entity_id__in=ids, ended_at__gt=since):
        timelines[waiver.entity_id].waivers.append(waiver)
    return timelines


def _write(books: Sequence[Book], marks: dict[int, EntityEvaluation | None], digest: str, now: datetime) -> None:
    with transaction.atomic():
        _close([pair for book in books for pair in book.closed_results], CheckResult)
        _close([pair for book in books for pair in book.closed_points], ScorePoint)
        CheckResult.objects.bulk_create([row for book in books for row in book.new_results])
        ScorePoint.objects.bulk_create([row for book in books for row in book.new_points])
        _roll_up(books, marks, now)
        EntityEvaluation.objects.bulk_create(
            [_new_mark(book, marks[book.entity.pk], digest, now) for book in books],
            update_conflicts=True,
            unique_fields=["entity"],
            update_fields=MARKED,
        )


def _close(pairs: Sequence[tuple[int, datetime]], model: type[CheckResult] | type[ScorePoint]) -> None:
    by_instant: dict[datetime, list[int]] = defaultdict(list)
    for pk, instant in pairs:
        by_instant[instant].append(pk)
    for instant, keys in by_instant.items():
        for start in range(0, len(keys), KEYS):
            part = keys[start : start + KEYS]
            if model.objects.filter(pk__in=part, valid_to=None).update(valid_to=instant) != len(part):
                raise Overtaken


def _new_mark(book: Book, mark: EntityEvaluation | None, digest: str, now: datetime) -> EntityEvaluation:
    entity = book.entity
    # A fact may come between `now` and the read: it is later than what was judged, so the service must stay due.
    seen = min(entity.facts_changed_at, now) if entity.facts_changed_at else None
    return EntityEvaluation(
        entity=entity, evaluated_at=now, facts_seen_at=seen, next_due=book.next_due,
        definitions=digest, owner_ref=entity.owner_ref, system_ref=entity.system_ref,
        # The mark was read before the waivers were, so a decision that came in between is seen next time.
        waivers_seen_at=mark.waivers_changed_at if mark else None,
    )  # fmt: skip


def _roll_up(books: Sequence[Book], marks: dict[int, EntityEvaluation | None], now: datetime) -> None:
    teams, systems = set[str](), set[str]()
    moved: dict[str, list[rollup.Movement]] = defaultdict(list)
    for book in books:
        entity, mark = book.entity, marks[book.entity.pk]
        elsewhere = mark is not None and (mark.owner_ref, mark.system_ref) != (entity.owner_ref, entity.system_ref)
        if not book.new_points and not elsewhere and not book.closed_points:
            continue
        teams |= {entity.owner_ref, *([mark.owner_ref] if mark else [])}
        systems |= {entity.system_ref, *([mark.system_ref] if mark else [])}
        for movement in _movements(book, mark is None):
            for ref in {entity.owner_ref, entity.system_ref, ""}:
                moved[ref].append(movement)
    if teams or systems:
        rollup.update(teams, systems, moved, now)


def _movements(book: Book, first: bool) -> list[rollup.Movement]:
    name, ref = book.entity.name, book.entity.ref
    if first:
        return [rollup.Movement(point.pillar, 0.0, SCOPE, f"{name} joined", []) for point in book.new_points]
    moved = [
        rollup.Movement(
            point.pillar,
            abs(point.delta or 0.0) + abs(point.confidence - (point.confidence_before or 0.0)),
            point.cause,
            f"{name}: {point.cause_text}",
            [{"service": ref, **change} for change in point.cause_detail],
        )
        for point in book.new_points
    ]
    left = [rollup.Movement(pillar, 0.0, SCOPE, f"{name}: no check applies any more", []) for pillar in book.dropped]
    return moved + left


def removed(now: datetime) -> int:
    """Close the rows of services that left the catalog, and roll up without them. Returns how many left."""
    gone = list(EntityEvaluation.objects.exclude(entity__removed_at=None).select_related("entity"))
    if not gone:
        return 0
    with transaction.atomic():
        ids = [mark.entity_id for mark in gone]
        CheckResult.objects.standing().filter(entity_id__in=ids).update(valid_to=now)
        ScorePoint.objects.standing().filter(entity_id__in=ids).update(valid_to=now)
        EntityEvaluation.objects.filter(entity_id__in=ids).delete()
        rollup.update({mark.owner_ref for mark in gone}, {mark.system_ref for mark in gone}, {}, now)
    return len(gone)
