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

from portal.collector import held_back
from portal.jobs.models import ACTIVE, Run
from scorecards import definitions, rollup
from scorecards.book import Book, Open
from scorecards.models import CheckResult, CheckVersion, EntityEvaluation, ScorePoint, Waiver
from scorecards.record import Overtaken, record
from scorecards.replay import quiet, replay
from scorecards.timeline import Rulebook, Timeline
from services.models import Entity, Fact

#: Services in one transaction: their roll-ups are written once for all of them.
BATCH = 400
#: A new service is evaluated once its facts have been quiet for this long and nothing that fills it in is running, so
#: that its history does not begin with a service half seen. Longer than WAIT nobody waits.
SETTLE = timedelta(seconds=10)
WAIT = timedelta(minutes=10)
FILLING = ("services.discover", "portal.demo")


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
    rehomed(now)
    # Team by team, so that a batch rolls up few teams and each team once or twice.
    ordered = due(digest, now, settle=settle).order_by("owner_ref", "system_ref", "pk")
    todo = list(ordered.values_list("pk", flat=True))
    return _in_batches(todo, digest, now, between)


def evaluate_service(entity: Entity, *, now: datetime | None = None) -> Tally:
    """Evaluate one service now, due or not."""
    now = now or timezone.now()
    removed(now)
    rehomed(now)
    return _in_batches([entity.pk], definitions.sync(now), now, None)


def _in_batches(todo: Sequence[int], digest: str, now: datetime, between: Callable[[int, int], None] | None) -> Tally:
    tally = Tally()
    for start in range(0, len(todo), BATCH):
        try:
            with held_back():
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
    timelines = _timelines(ids, since)
    books = {entity.pk: Book(entity) for entity in entities}
    moved = [pk for pk, mark in marks.items() if mark is None or not quiet(books[pk], timelines[pk], rules, mark, now)]
    _fill(books, moved)
    for pk in moved:
        mark = marks[pk]
        replay(books[pk], timelines[pk], rules, mark.evaluated_at if mark else None, now)
    record(list(books.values()), marks, digest, now)
    tally.services += len(entities)
    tally.results += sum(len(book.new_results) for book in books.values())
    tally.points += sum(len(book.new_points) for book in books.values())


def _mark(entity: Entity) -> EntityEvaluation | None:
    try:
        return entity.evaluation
    except EntityEvaluation.DoesNotExist:
        return None


def _fill(books: dict[int, Book], ids: Sequence[int]) -> None:
    """Read what stands for these services into their books."""
    rows = CheckResult.objects.standing().filter(entity__in=ids)
    # Plain values: a full evaluation reads a hundred rows a service, and their JSON is not wanted.
    for pk, entity_id, name, state, version, valid_from, digest in rows.values_list(
        "pk", "entity_id", "check_key", "state", "check_version_id", "valid_from", "digest"
    ):
        books[entity_id].results[name] = Open(pk, state, version, valid_from, digest)
    for point in ScorePoint.objects.standing().filter(entity__in=ids).defer("cause_detail", "cause_text"):
        books[point.entity_id].points[point.pillar] = point


def _timelines(ids: Sequence[int], since: datetime) -> dict[int, Timeline]:
    timelines: dict[int, Timeline] = defaultdict(Timeline)
    for fact in Fact.objects.filter(Q(valid_to=None) | Q(valid_to__gt=since), entity_id__in=ids).defer("sha256"):
        timelines[fact.entity_id].facts.append(fact)
    for waiver in Waiver.objects.began().filter(entity_id__in=ids, ended_at__gt=since):
        timelines[waiver.entity_id].waivers.append(waiver)
    return timelines


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


def rehomed(now: datetime) -> int:
    """Roll up the domains that a system has left or joined. Returns how many scores were written."""
    try:
        return rollup.rehome(now)
    except IntegrityError:
        # Another worker is at it; what it does not see, the next run sees.
        return 0
