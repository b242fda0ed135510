"""Many services at once, at instants: how many had each level, and the means of teams and pillars.

Ten thousand services change their scores a hundred million times in a few years, so nothing here reads a history: what stood
at an instant is two ranges of an index (`parts_at`), and a curve is where it began and the changes since.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from portal import bulk
from scorecards.engine.check import PILLARS
from scorecards.engine.scoring import LADDER, OVERALL
from scorecards.models import TEAM, CheckVersion, Intervals, ScorePoint
from scorecards.queries import scope_points, service_points
from services.models import Entity

#: Keys in one statement; SQLite takes at most 32,766 parameters.
KEYS = 5_000
#: Written as the index `level_change` is, so that it is found.
CHANGED = ~Q(level_before=F("level"))


#: A roll-up: the type and ref of its scope.
Scope = tuple[str, str]


def levels_at(services: QuerySet[Entity], dates: Sequence[datetime], pillar: str = OVERALL) -> list[dict[str, int]]:
    """How many services had each level of a pillar (or overall) at each date, from the earliest to the latest."""
    points = service_points(services).filter(pillar=pillar)
    counts, steps = _levels(points, dates[0]), _steps(services, points, dates[0], dates[-1])
    found, taken = [], 0
    for date in dates:
        while taken < len(steps) and steps[taken][0] <= date:
            counts[steps[taken][1]] += steps[taken][2]
            taken += 1
        found.append({**dict.fromkeys(LADDER, 0), **counts})
    return found


def _levels(points: Intervals, when: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part in points.parts_at(when):
        rows: Any = part.values("level").order_by().annotate(number=Count("*"))
        counts.update(dict(rows.values_list("level", "number")))
    return counts


def _steps(
    services: QuerySet[Entity], points: Intervals, start: datetime, end: datetime
) -> list[tuple[datetime, str, int]]:
    """(instant, level, one more or one fewer service) after `start`, in order."""
    changed = points.filter(CHANGED, valid_from__gt=start, valid_from__lte=end).order_by()
    steps: list[tuple[datetime, str, int]] = []
    for when, level, before in changed.values_list("valid_from", "level", "level_before"):
        steps.append((when, level, 1))
        if before:
            steps.append((when, before, -1))
    return sorted(steps + [(when, level, -1) for when, level in _ends(services, points, start, end)])


def _ends(services: QuerySet[Entity], points: Intervals, start: datetime, end: datetime) -> list[tuple[datetime, str]]:
    """When a score ended without another one, as no check applied any more: of services that began later, or have none now."""
    begun = points.filter(CHANGED, level_before="", valid_from__gt=start).order_by().values_list("entity_id", flat=True)
    standing = points.standing().order_by().values("entity_id")
    without = services.order_by().exclude(pk__in=standing).values_list("pk", flat=True)
    found = []
    for batch in bulk.batches(sorted({*begun, *without}), KEYS):
        rows = points.filter(Q(valid_to=None) | Q(valid_to__gt=start), entity__in=batch).order_by()
        course = list(rows.values_list("entity_id", "valid_from", "valid_to", "level"))
        begins = {(pk, began) for pk, began, _ended, _level in course}
        found += [
            (ended, level)
            for pk, _began, ended, level in course
            if ended is not None and ended <= end and (pk, ended) not in begins
        ]
    return found


def scope_levels_at(scope: str, ref: str, dates: Sequence[datetime]) -> list[dict[str, int]] | None:
    """The same from what the roll-up of a scope counted then; None where a date lies before it counted."""
    rows = scope_points(scope, ref).filter(valid_from__lte=dates[-1])
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=dates[0])).order_by("valid_from", "id")
    course = list(rows.values_list("valid_from", "levels"))
    begins = [began for began, _ in course]
    found = [course[place - 1][1] if (place := bisect_right(begins, date)) else {} for date in dates]
    return found if all(found) else None


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of some services in one pillar: score 0 to 100 (None while nothing is known), confidence 0 to 1."""

    score: float | None
    confidence: float


@dataclass(slots=True)
class _Sum:
    total: float = 0.0
    scored: int = 0
    sure: float = 0.0
    number: int = 0

    def mean(self) -> Mean:
        score = round(self.total / self.scored, 1) if self.scored else None
        return Mean(score, self.sure / self.number if self.number else 0.0)


def _means(parts: Iterable[Any], *keys: str) -> dict[tuple[str, ...], Mean]:
    sums: dict[tuple[str, ...], _Sum] = defaultdict(_Sum)
    for part in parts:
        rows = part.order_by().values(*keys).annotate(
            total=Sum("score"), scored=Count("score"), sure=Sum("confidence"), number=Count("*")
        )  # fmt: skip
        for row in rows:
            found = sums[tuple(row[key] for key in keys)]
            found.total += row["total"] or 0.0
            found.scored += row["scored"]
            found.sure += row["sure"] or 0.0
            found.number += row["number"]
    return {key: found.mean() for key, found in sums.items()}


def pillars() -> list[str]:
    """The five, and any that a check ever brought: named, so that an index over pillars has its ranges."""
    more = CheckVersion.objects.exclude(pillar__in=PILLARS).order_by().values_list("pillar", flat=True)
    return [*PILLARS, *sorted(set(more))]


def pillar_means(services: QuerySet[Entity], when: datetime | None) -> dict[str, Mean]:
    """The mean of each pillar at an instant; None means now."""
    points = service_points(services).filter(pillar__in=[*pillars(), OVERALL])
    means = _means(points.parts_at(when), "pillar")
    return {pillar: mean for (pillar,), mean in means.items()}


def team_means(
    services: QuerySet[Entity], when: datetime | None, *, begins: bool = False
) -> dict[tuple[str, str], Mean]:
    """Means by (owner ref, pillar) at an instant; `begins`: a younger history counts with each service's own first score."""
    points = service_points(services).filter(pillar__in=pillars()).annotate(owner=F("entity__owner_ref"))
    parts = points.parts_at(when)
    if begins and when is not None:
        parts.append(points.filter(CHANGED, level_before="", valid_from__gt=when))
    return {(owner, pillar): mean for (owner, pillar), mean in _means(parts, "owner", "pillar").items()}


def team_points(when: datetime | None) -> dict[tuple[str, str], Mean]:
    """The same for all services of each team, from the roll-ups."""
    rows = ScorePoint.objects.filter(scope_type=TEAM, pillar__in=pillars())
    return {
        (ref, pillar): Mean(score, sure)
        for part in rows.parts_at(when)
        for ref, pillar, score, sure in part.order_by().values_list("scope_ref", "pillar", "score", "confidence")
    }


def team_sizes(when: datetime, scope: Scope) -> dict[str, int]:
    """How many services each team had at a past instant, by its ref: of the team that `scope` names, or of all."""
    rows = ScorePoint.objects.filter(scope_type=TEAM, pillar=OVERALL)
    rows = rows.filter(scope_ref=scope[1]) if scope[0] == TEAM else rows
    return {
        ref: number
        for part in rows.parts_at(when)
        for ref, number in part.order_by().values_list("scope_ref", "services")
    }
