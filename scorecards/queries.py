"""Reads of scores: what stands, what stood, and what moved."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from portal.charts.glyph import Pillar
from scorecards.engine.check import PILLARS
from scorecards.engine.scoring import GOOD, LADDER, OVERALL, colour
from scorecards.models import SERVICE, TEAM, CheckResult, ScorePoint
from scorecards.words import pillar_label, pillar_order
from services.models import Entity

WINDOW = timedelta(days=30)
#: The dashed roof of every glyph: from here on a pillar is good.
TARGET = GOOD
#: Less confidence than this is marked as stale.
SURE = 0.8
#: A movement worth telling: half a point, another level, or this much of the weight gained or lost as evidence.
STEP, EVIDENCE = 0.5, 0.05
MOVED = (
    Q(delta__gte=STEP)
    | Q(delta__lte=-STEP)
    | (Q(level_before__gt="") & ~Q(level_before=F("level")))
    | Q(confidence__gte=F("confidence_before") + EVIDENCE)
    | Q(confidence__lte=F("confidence_before") - EVIDENCE)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The scores of one service: points by pillar, and each pillar's step since the beginning of the window."""

    points: Mapping[str, ScorePoint]
    deltas: Mapping[str, float | None]

    @property
    def level(self) -> str:
        """The overall level; "unknown" before the first evaluation."""
        point = self.points.get(OVERALL)
        return point.level if point else "unknown"

    def glyph(self) -> list[Pillar]:
        """The columns: the five, and any pillar that a plugin brings."""
        names = {*PILLARS, *self.points} - {OVERALL}
        return [column(name, self.points.get(name), self.deltas.get(name)) for name in sorted(names, key=pillar_order)]


def service(kind: str, namespace: str, name: str) -> Entity:
    """The live service of an address, or Http404."""
    ref = f"{kind}:{namespace}/{name}"
    if kind.lower() != "component" or "\x00" in ref:
        # A NUL reaches us in a percent-encoded path; PostgreSQL takes none.
        raise Http404
    return get_object_or_404(Entity.objects.by_ref(ref))


def column(pillar: str, point: ScorePoint | None, delta: float | None = None) -> Pillar:
    """One column of a glyph."""
    if point is None:
        return Pillar(pillar, pillar_label(pillar), None, "unknown", 0.0)
    return Pillar(pillar, pillar_label(pillar), point.score, colour(point.score), point.confidence, delta)


def began_or_stood(since: datetime) -> Q:
    """Points that held at `since`, and the beginnings of series that are younger."""
    stood = Q(valid_from__lte=since) & (Q(valid_to=None) | Q(valid_to__gt=since))
    return stood | Q(valid_from__gt=since, delta=None)


def standings(entities: Iterable[Entity], now: datetime) -> dict[int, Standing]:
    """The scores of many services with their 30-day steps, in one query."""
    ids = [entity.pk for entity in entities]
    rows = ScorePoint.objects.filter(began_or_stood(now - WINDOW) | Q(valid_to=None), entity_id__in=ids)
    series: dict[int, dict[str, list[ScorePoint]]] = {}
    for row in rows.order_by("valid_from", "id").defer("cause_detail"):
        if row.entity_id is not None:
            series.setdefault(row.entity_id, {}).setdefault(row.pillar, []).append(row)
    return {pk: _standing(series.get(pk, {})) for pk in ids}


def _standing(series: Mapping[str, Sequence[ScorePoint]]) -> Standing:
    points = {name: rows[-1] for name, rows in series.items() if rows[-1].valid_to is None}
    deltas: dict[str, float | None] = {}
    for name, point in points.items():
        first = next((row.score for row in series[name] if row.score is not None), None)
        deltas[name] = None if first is None or point.score is None else round(point.score - first, 1)
    return Standing(points, deltas)


def scope_standing(scope: str, ref: str, now: datetime) -> Standing:
    """The scores of one team or system with their 30-day steps."""
    rows = ScorePoint.objects.filter(began_or_stood(now - WINDOW) | Q(valid_to=None), scope_type=scope, scope_ref=ref)
    series: dict[str, list[ScorePoint]] = {}
    for row in rows.order_by("valid_from", "id").defer("cause_detail"):
        series.setdefault(row.pillar, []).append(row)
    return _standing(series)


def last_movement(entity: Entity) -> ScorePoint | None:
    """The last movement of a pillar of a service; at one instant the largest."""
    moved = ScorePoint.objects.filter(MOVED, entity=entity).exclude(pillar=OVERALL)
    return moved.order_by("-valid_from", F("delta").desc(nulls_last=True), "-confidence", "id").first()


def history(entity: Entity) -> QuerySet[ScorePoint]:
    """Every pillar's score of a service that ever stood, the newest first."""
    return ScorePoint.objects.filter(entity=entity).exclude(pillar=OVERALL).order_by("-valid_from", "pillar")


def movements(services: QuerySet[Entity], since: datetime, *, teams: bool) -> QuerySet[ScorePoint]:
    """Movements since then, newest first: of teams, or of these services."""
    moved = ScorePoint.objects.filter(valid_from__gte=since).exclude(pillar=OVERALL)
    moved = moved.filter(MOVED)
    if teams:
        return moved.filter(scope_type=TEAM).order_by("-valid_from", "-id")
    return moved.filter(scope_type=SERVICE, entity__in=services).order_by("-valid_from", "-id")


def service_points(services: QuerySet[Entity]) -> QuerySet[ScorePoint]:
    """The points, of any time, of these services."""
    return ScorePoint.objects.filter(scope_type=SERVICE, entity__in=services.order_by())


def scope_points(scope: str, ref: str) -> QuerySet[ScorePoint]:
    """The overall scores, of any time, of one team, system or domain, or of everybody."""
    return ScorePoint.objects.filter(scope_type=scope, scope_ref=ref, pillar=OVERALL)


def levels_at(services: QuerySet[Entity], dates: Sequence[datetime], pillar: str = OVERALL) -> list[dict[str, int]]:
    """How many services had each level of a pillar (or overall) at each date, in one query."""
    held = {
        f"at_{number}": Count("id", filter=Q(valid_from__lte=date) & (Q(valid_to=None) | Q(valid_to__gt=date)))
        for number, date in enumerate(dates)
    }
    rows: Any = service_points(services).filter(pillar=pillar).values("level").order_by().annotate(**held)
    totals: list[dict[str, int]] = [dict.fromkeys(LADDER, 0) for _ in dates]
    for row in rows:
        for number, total in enumerate(totals):
            total[row["level"]] = total.get(row["level"], 0) + row[f"at_{number}"]
    return totals


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
    """The mean of many services in one pillar."""

    score: float | None
    confidence: float
    services: int


def team_means(services: QuerySet[Entity], when: Q) -> dict[tuple[str, str], Mean]:
    """Means by (owner ref, pillar) of the points that `when` selects, in one query."""
    points: Any = service_points(services).filter(when).annotate(owner=F("entity__owner_ref"))
    rows = points.values("owner", "pillar").order_by()
    return {
        (row["owner"], row["pillar"]): Mean(_rounded(row["mean"]), row["sure"] or 0.0, row["number"])
        for row in rows.annotate(mean=Avg("score"), sure=Avg("confidence"), number=Count("entity", distinct=True))
    }


def team_points(when: Q) -> dict[tuple[str, str], Mean]:
    """The same for all services of each team, from the roll-ups that `when` selects."""
    rows = ScorePoint.objects.filter(when, scope_type=TEAM)
    return {
        (ref, pillar): Mean(score, sure, number)
        for ref, pillar, score, sure, number in rows.values_list(
            "scope_ref", "pillar", "score", "confidence", "services"
        )
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def state_counts() -> dict[str, dict[str, int]]:
    """How many live services have each state, by check, in one query."""
    rows = CheckResult.objects.standing().filter(entity__removed_at=None).values("check_key", "state").order_by()
    counts: dict[str, dict[str, int]] = {}
    for row in rows.annotate(number=Count("id")):
        counts.setdefault(row["check_key"], {})[row["state"]] = row["number"]
    return counts
