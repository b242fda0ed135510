"""Writing what a batch of evaluations found: results, scores, roll-ups and marks, in one short transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from portal import bulk
from scorecards import rollup
from scorecards.book import Book
from scorecards.models import SCOPE, CheckResult, EntityEvaluation, ScorePoint

#: Keys in one statement; SQLite takes at most 32,766 parameters.
KEYS = 5_000
#: What an evaluation notes; `waivers_changed_at` is not its to write.
MARKED = [
    "evaluated_at",
    "facts_seen_at",
    "waivers_seen_at",
    "next_due",
    "definitions",
    "states",
    "owner_ref",
    "system_ref",
]
#: Columns in the order of `NewResult.values`, and those of a new score.
RESULT = (
    "entity", "check_version", "check_key", "state", "reason", "digest", "valid_from", "valid_to", "cause", "cause_detail",
)  # fmt: skip
POINT = (
    "scope_type", "scope_ref", "entity", "pillar", "score", "level", "confidence", "delta", "level_before",
    "confidence_before", "services", "waived", "waived_checks", "levels", "valid_from", "valid_to", "cause", "cause_text",
    "cause_detail",
)  # fmt: skip


class Overtaken(Exception):
    """Another worker wrote this batch first."""


def record(books: Sequence[Book], marks: dict[int, EntityEvaluation | None], digest: str, now: datetime) -> None:
    """Write everything or nothing. Raises Overtaken or IntegrityError where another worker was first."""
    with transaction.atomic():
        _close([pair for book in books for pair in book.closed_results], CheckResult)
        _close([pair for book in books for pair in book.closed_points], ScorePoint)
        bulk.insert(CheckResult, RESULT, (row.values() for book in books for row in book.new_results))
        bulk.insert(ScorePoint, POINT, (_point(row) for book in books for row in book.new_points))
        _roll_up(books, marks, now)
        EntityEvaluation.objects.bulk_create(
            [_new_mark(book, marks[book.entity.pk], digest, now) for book in books],
            update_conflicts=True,
            unique_fields=["entity"],
            update_fields=MARKED,
        )


def _point(row: ScorePoint) -> list[object]:
    return [getattr(row, "entity_id" if name == "entity" else name) for name in POINT]


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
        definitions=digest, states=book.states, owner_ref=entity.owner_ref, system_ref=entity.system_ref,
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
