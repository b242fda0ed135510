"""Which freezes hold at a moment, and which come next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from deployments.engine.localtime import Span
from deployments.gates import scope
from deployments.gates.freezes import rules
from deployments.models import Freeze
from services.models import Entity

MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Occurrence:
    """One occurrence of a freeze."""

    freeze: Freeze
    span: Span


def freezes() -> QuerySet[Freeze]:
    """All freezes with their calendars."""
    return Freeze.objects.select_related("calendar").order_by("first_at", "pk")


def of(entity: Entity, environment: str = "production") -> QuerySet[Freeze]:
    """The freezes whose calendar holds for the service; a freeze may except it all the same."""
    return scope.applying(freezes(), entity, environment, prefix="calendar__")


def between(found: QuerySet[Freeze], start: datetime, end: datetime) -> list[Occurrence]:
    """Their occurrences that overlap this time, in order of their start."""
    near = found.filter(Q(until_at=None) | Q(until_at__gt=start), first_at__lt=end)
    rows = [Occurrence(freeze, span) for freeze in near for span in rules.spans(freeze, start, end)]
    return sorted(rows, key=lambda row: (row.span.start, row.freeze.pk))


def standing(entity: Entity, at: datetime, environment: str = "production") -> list[Occurrence]:
    """What freezes the service at this instant, the one that ends last first."""
    held = [row for row in _of(entity, environment, at, at + MOMENT) if row.span.holds(at)]
    return sorted(held, key=lambda row: (-row.span.end.timestamp(), row.freeze.pk))


def upcoming(entity: Entity, at: datetime, environment: str = "production", *, hours: float) -> list[Occurrence]:
    """What begins within so many hours, the first first."""
    return [row for row in _of(entity, environment, at, at + timedelta(hours=hours)) if row.span.start > at]


def holding(at: datetime) -> list[Occurrence]:
    """What is frozen at this instant, anywhere."""
    return [row for row in between(freezes(), at, at + MOMENT) if row.span.holds(at)]


def _of(entity: Entity, environment: str, start: datetime, end: datetime) -> list[Occurrence]:
    rows = between(of(entity, environment), start, end)
    return [row for row in rows if entity.name not in row.freeze.except_services]
