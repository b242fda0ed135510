"""Where services stood at two dates: levels, pillars, and who moved most, each in a constant number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from scorecards import fleet, queries
from scorecards.engine.scoring import LADDER, OVERALL
from scorecards.models import SERVICE, ScorePoint
from scorecards.report.period import Period
from scorecards.words import pillar_label, pillar_order
from services.models import Entity

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Stand:
    """The overall score and level of one service at one date."""

    score: float | None
    level: str


@dataclass(frozen=True, slots=True)
class LevelLine:
    """How many services had a level then and have it now."""

    level: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """More (or fewer) services."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class PillarLine:
    """The mean of a pillar then and now (0..100, None while nothing was known), with the confidence of now (0..1)."""

    label: str
    before: float | None
    after: float | None
    confidence: float

    @property
    def change(self) -> float | None:
        """Points gained or lost."""
        return None if self.before is None or self.after is None else round(self.after - self.before, 1)


@dataclass(frozen=True, slots=True)
class Mover:
    """A service whose overall score moved, with the cause of its largest step in the period."""

    entity: Entity
    before: Stand
    after: Stand
    cause: str = ""

    @property
    def change(self) -> float:
        """Points gained or lost."""
        return round((self.after.score or 0.0) - (self.before.score or 0.0), 1)


def last_stands(services: QuerySet[Entity], period: Period) -> dict[int, Stand]:
    """The same at the end of the period."""
    return stands(services, period.until)


def stands(services: QuerySet[Entity], when: datetime | None) -> dict[int, Stand]:
    """The overall score and level of each service at an instant (None: now), by its id."""
    points = queries.service_points(services).filter(pillar=OVERALL).order_by()
    return {
        pk: Stand(score, level)
        for part in points.parts_at(when)
        for pk, score, level in part.values_list("entity_id", "score", "level")
    }


def levels(before: dict[int, Stand], after: dict[int, Stand]) -> list[LevelLine]:
    """Every level, the best first."""
    then, now = (Counter(stand.level for stand in side.values()) for side in (before, after))
    return [LevelLine(level, then[level], now[level]) for level in reversed(LADDER)]


def crossings(before: dict[int, Stand], after: dict[int, Stand]) -> tuple[int, int]:
    """How many services reached a higher level, and how many fell to a lower one."""
    steps = [
        LADDER.index(after[pk].level) - LADDER.index(before[pk].level) for pk in before.keys() & after.keys()
    ]  # fmt: skip
    return sum(step > 0 for step in steps), sum(step < 0 for step in steps)


def pillars(services: QuerySet[Entity], period: Period, scope: tuple[str, str] | None) -> list[PillarLine]:
    """Every pillar and the overall score, in their order. `scope` is the roll-up of just these services, where there is one."""
    then, now = ((scope and _rolled_up(scope, when)) or _means(services, when) for when in (period.start, period.until))
    names = sorted({*then, *now}, key=lambda name: (name == OVERALL, pillar_order(name)))
    return [
        PillarLine(pillar_label(name), then.get(name, (None, 0.0))[0], *now.get(name, (None, 0.0))) for name in names
    ]


def _rolled_up(scope: tuple[str, str], when: datetime | None) -> dict[str, tuple[float | None, float]]:
    rows = ScorePoint.objects.at(when).filter(scope_type=scope[0], scope_ref=scope[1])
    return {pillar: (score, sure) for pillar, score, sure in rows.values_list("pillar", "score", "confidence")}


def _means(services: QuerySet[Entity], when: datetime | None) -> dict[str, tuple[float | None, float]]:
    return {pillar: (mean.score, mean.confidence) for pillar, mean in fleet.pillar_means(services, when).items()}


def movers(before: dict[int, Stand], after: dict[int, Stand], period: Period) -> tuple[list[Mover], list[Mover]]:
    """The services that rose most and those that fell most, at most five each."""
    steps = {
        pk: (after[pk].score or 0.0) - (before[pk].score or 0.0)
        for pk in before.keys() & after.keys()
        if before[pk].score is not None and after[pk].score is not None
    }
    ordered = sorted(steps, key=lambda pk: (-steps[pk], pk))
    up = [pk for pk in ordered[:SHOWN] if steps[pk] >= queries.STEP]
    down = [pk for pk in reversed(ordered[-SHOWN:]) if steps[pk] <= -queries.STEP]
    entities = Entity.objects.in_bulk([*up, *down])
    causes = _causes([*up, *down], period)

    def made(keys: Sequence[int]) -> list[Mover]:
        return [Mover(entities[pk], before[pk], after[pk], causes.get(pk, {}).get(steps[pk] > 0, "")) for pk in keys]

    return made(up), made(down)


def _causes(ids: Sequence[int], period: Period) -> dict[int, dict[bool, str]]:
    """By service the cause of its largest step upwards (True) and downwards (False) in a pillar."""
    rows = ScorePoint.objects.filter(
        scope_type=SERVICE, entity__in=ids, valid_from__gt=period.start, valid_from__lte=period.end, delta__isnull=False
    ).exclude(pillar=OVERALL)
    found: dict[int, dict[bool, str]] = {}
    steps = [(pk, delta or 0.0, text) for pk, delta, text in rows.values_list("entity_id", "delta", "cause_text")]
    for pk, delta, text in sorted(steps, key=lambda step: abs(step[1])):
        found.setdefault(pk, {})[delta > 0] = text
    return found


@dataclass(frozen=True, slots=True)
class CauseLine:
    """How much of the movement had one cause: steps of overall scores, and points gained and lost by them."""

    cause: str
    steps: int
    gained: float
    lost: float


def causes(services: QuerySet[Entity], period: Period) -> list[CauseLine]:
    """Every cause that moved the overall score of these services in the period, the most frequent first."""
    rows = queries.service_points(services).filter(
        Q(delta__gt=0) | Q(delta__lt=0), pillar=OVERALL, valid_from__gt=period.start, valid_from__lte=period.end
    )
    told: Any = rows.values("cause").order_by()
    lines = [
        CauseLine(row["cause"], row["steps"], round(row["up"] or 0.0, 1), round(-(row["down"] or 0.0), 1))
        for row in told.annotate(
            steps=Count("*"), up=Sum("delta", filter=Q(delta__gt=0)), down=Sum("delta", filter=Q(delta__lt=0))
        )
    ]
    return sorted(lines, key=lambda line: (-line.steps, line.cause))


def counted(services: QuerySet[Entity]) -> int:
    """How many services the report is about."""
    total: int = services.aggregate(number=Count("id"))["number"]
    return total
