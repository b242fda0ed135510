"""Reads of scores: what stands, what stood, and what moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from portal.charts.glyph import Pillar
from scorecards.engine.check import PILLARS
from scorecards.engine.scoring import GOOD, OVERALL, colour
from scorecards.models import SERVICE, TEAM, CheckResult, Intervals, ScorePoint
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


def standings(entities: Iterable[Entity], now: datetime, when: datetime | None = None) -> dict[int, Standing]:
    """The scores of many services with their 30-day steps, in one query; `when` is a past instant, None for `now`."""
    ids = [entity.pk for entity in entities]
    rows = ScorePoint.objects.filter(_with_beginnings(now, when), entity_id__in=ids)
    series: dict[int, dict[str, list[ScorePoint]]] = {}
    for row in rows.order_by("valid_from", "id").defer("cause_detail"):
        if row.entity_id is not None:
            series.setdefault(row.entity_id, {}).setdefault(row.pillar, []).append(row)
    return {pk: _standing(series.get(pk, {}), when) for pk in ids}


def _with_beginnings(now: datetime, when: datetime | None) -> Q:
    """What held at the instant, and what it is compared with: what held thirty days before, or began since."""
    if when is None:
        return began_or_stood(now - WINDOW) | Q(valid_to=None)
    held = Q(valid_to=None) | Q(valid_to__gt=when)
    return (began_or_stood(when - WINDOW) | held) & Q(valid_from__lte=when)


def _standing(series: Mapping[str, Sequence[ScorePoint]], when: datetime | None) -> Standing:
    last = {name: rows[-1] for name, rows in series.items()}
    points = {
        name: row for name, row in last.items() if row.valid_to is None or (when is not None and row.valid_to > when)
    }
    deltas: dict[str, float | None] = {}
    for name, point in points.items():
        first = next((row.score for row in series[name] if row.score is not None), None)
        deltas[name] = None if first is None or point.score is None else round(point.score - first, 1)
    return Standing(points, deltas)


def scope_standing(scope: str, ref: str, now: datetime, when: datetime | None = None) -> Standing:
    """The scores of one team or system with their 30-day steps; `when` as in `standings`."""
    rows = ScorePoint.objects.filter(_with_beginnings(now, when), scope_type=scope, scope_ref=ref)
    series: dict[str, list[ScorePoint]] = {}
    for row in rows.order_by("valid_from", "id").defer("cause_detail"):
        series.setdefault(row.pillar, []).append(row)
    return _standing(series, when)


def last_movement(entity: Entity) -> ScorePoint | None:
    """The last movement of a pillar of a service; at one instant the largest."""
    moved = ScorePoint.objects.filter(MOVED, entity=entity).exclude(pillar=OVERALL)
    return moved.order_by("-valid_from", F("delta").desc(nulls_last=True), "-confidence", "id").first()


def history(entity: Entity) -> QuerySet[ScorePoint]:
    """Every pillar's score of a service that ever stood, the newest first."""
    return ScorePoint.objects.filter(entity=entity).exclude(pillar=OVERALL).order_by("-valid_from", "pillar")


def movements(services: QuerySet[Entity], since: datetime, until: datetime, *, teams: bool) -> Intervals:
    """Movements between two instants, newest first: of teams, or of these services."""
    moved = ScorePoint.objects.filter(valid_from__gte=since, valid_from__lte=until).exclude(pillar=OVERALL)
    moved = moved.filter(MOVED)
    if teams:
        return moved.filter(scope_type=TEAM).order_by("-valid_from", "-id")
    return moved.filter(scope_type=SERVICE).of_many(services).order_by("-valid_from", "-id")


def service_points(services: QuerySet[Entity]) -> Intervals:
    """The points, of any time, of these services."""
    return ScorePoint.objects.filter(scope_type=SERVICE).of_many(services)


def scope_points(scope: str, ref: str) -> Intervals:
    """The overall scores, of any time, of one team, system or domain, or of everybody."""
    return ScorePoint.objects.filter(scope_type=scope, scope_ref=ref, pillar=OVERALL)


def state_counts() -> dict[str, dict[str, int]]:
    """How many live services have each state, by check, in one query."""
    rows = CheckResult.objects.standing().filter(entity__removed_at=None).values("check_key", "state").order_by()
    counts: dict[str, dict[str, int]] = {}
    for row in rows.annotate(number=Count("id")):
        counts.setdefault(row["check_key"], {})[row["state"]] = row["number"]
    return counts
