"""How far an initiative is: who has reached the level, the burn-up, and when the rest will."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from portal.charts.lines import Limit, Marker, Series
from scorecards import fleet, queries
from scorecards.days import end_of
from scorecards.engine import path, trend
from scorecards.engine.check import LEVELS
from scorecards.engine.forecast import reaches
from scorecards.engine.scoring import OVERALL, Judged
from scorecards.models import CheckResult, CheckVersion, Initiative, ScorePoint
from scorecards.models.initiatives import LATE, RUNNING
from scorecards.timeline import compiled, moment_of, stamp
from services.models import Entity

DAY = 86_400.0
#: The forecast looks at this much of the past.
LATELY = timedelta(days=28)
#: A pace needs this much of it.
PACE = timedelta(days=3)
STEPS = 25


def scope(initiative: Initiative) -> Q:
    """Which services it is about."""
    found = Q()
    for field, value in (("owner_ref", initiative.team), ("system_ref", initiative.system)):
        if value:
            found &= Q(**{field: value})
    if initiative.tier is not None:
        found &= Q(tier=initiative.tier)
    return found & Q(lifecycle__iexact=initiative.lifecycle) if initiative.lifecycle else found


def members(initiative: Initiative) -> QuerySet[Entity]:
    """The live services of its scope."""
    return Entity.objects.services().filter(scope(initiative))


def about(entity: Entity, today: date) -> list[Initiative]:
    """The initiatives that run, and the standards, that this service is in the scope of."""
    live = Initiative.objects.in_state(RUNNING, today) | Initiative.objects.in_state(LATE, today)
    every = live | Initiative.objects.standards()
    fields: tuple[tuple[str, object], ...] = (
        ("team", entity.owner_ref), ("system", entity.system_ref), ("lifecycle", entity.lifecycle.lower()),
    )  # fmt: skip
    return [
        each
        for each in every.order_by("target_on")
        if each.tier in (None, entity.tier)
        and all(getattr(each, name).lower() in ("", value) for name, value in fields)
    ]


def enough(level: str) -> tuple[str, ...]:
    """The levels that hold this aim."""
    return LEVELS[LEVELS.index(level) :]


def reached(initiative: Initiative) -> QuerySet[ScorePoint]:
    """The standing scores of members that hold the aim."""
    points: QuerySet[ScorePoint] = queries.service_points(members(initiative)).filter(
        valid_to=None, pillar=initiative.pillar, level__in=enough(initiative.level)
    )
    return points


def counts(initiatives: Sequence[Initiative]) -> dict[int, tuple[int, int]]:
    """(reached, members) by initiative, in one query for a page of them."""
    asked: dict[str, Count] = {}
    for each in initiatives:
        # A scope without any restriction is no condition, which SQL has not; every row has a key.
        inside = scope(each) or Q(pk__isnull=False)
        points = ScorePoint.objects.filter(entity=OuterRef("pk"), valid_to=None, pillar=each.pillar)
        holds = Exists(points.filter(level__in=enough(each.level)))
        asked |= {
            f"all_{each.pk}": Count("pk", filter=inside),
            f"reached_{each.pk}": Count("pk", filter=inside & Q(holds)),
        }
    row = Entity.objects.services().order_by().aggregate(**asked) if asked else {}
    return {each.pk: (row[f"reached_{each.pk}"], row[f"all_{each.pk}"]) for each in initiatives}


@dataclass(frozen=True, slots=True)
class BurnUp:
    """The course of an initiative: instants with how many had reached it, the members, and the forecast."""

    points: list[tuple[datetime, float]]
    total: int
    target: datetime
    expected: datetime | None

    @property
    def reached(self) -> int:
        """How many have reached it now."""
        return int(self.points[-1][1]) if self.points else 0

    @property
    def young(self) -> bool:
        """Whether there is too little of it to tell a pace."""
        return not self.points or self.points[-1][0] - self.points[0][0] < PACE

    @property
    def in_time(self) -> bool:
        """Whether the forecast comes before the day of the aim."""
        return self.expected is not None and self.expected <= self.target

    @property
    def series(self) -> list[Series]:
        """For the chart: what was reached, and the line of the forecast."""
        drawn = [Series("Reached", "good", self.points)]
        if self.expected is not None and self.points and self.expected > self.points[-1][0]:
            ahead = [self.points[-1], (self.expected, float(self.total))]
            drawn.append(Series("Forecast", "baseline", ahead))
        return drawn

    @property
    def markers(self) -> list[Marker]:
        """The day of the aim, where the chart shows it."""
        return [Marker(self.target, "Target")]

    @property
    def limits(self) -> list[Limit]:
        """All members."""
        return [Limit(float(self.total), f"all {self.total}", "good")] if self.total else []


def burn_up(initiative: Initiative, now: datetime) -> BurnUp:
    """The burn-up from its start (or the beginning of the history) until now or its end."""
    services = members(initiative)
    start = datetime.combine(initiative.starts_on, time.min, UTC)
    # Before the history of scores begins nobody has reached anything, which is no pace.
    begun = queries.service_points(services).aggregate(first=Min("valid_from"))["first"]
    start = max(start, begun) if begun else start
    target = end_of(initiative.target_on)
    until = min(initiative.ended_at or now, now)
    total = services.count()
    if start >= until:
        return BurnUp([], total, target, None)
    dates = trend.calendar(start, until, STEPS)
    levels = fleet.levels_at(services, dates, initiative.pillar)
    aims = enough(initiative.level)
    points = [(date, float(sum(count[level] for level in aims))) for date, count in zip(dates, levels, strict=True)]
    return BurnUp(points, total, target, _expected(points, total))


def _expected(points: Sequence[tuple[datetime, float]], total: int) -> datetime | None:
    if points[-1][0] - points[0][0] < PACE:
        return None
    lately = [(stamp(at) / DAY, count) for at, count in points if at >= points[-1][0] - LATELY]
    day = reaches(lately, total) if total else None
    return moment_of(day * DAY) if day is not None else None


@dataclass(frozen=True, slots=True)
class OpenService:
    """One service that has not reached the aim, with the cheapest way there. `effort` in minutes."""

    entity: Entity
    level: str
    missing: int
    effort: int


def open_services(initiative: Initiative) -> QuerySet[Entity]:
    """Members that have not reached it, by name."""
    return members(initiative).exclude(pk__in=reached(initiative).order_by().values("entity_id")).order_by("name", "pk")


def ways(initiative: Initiative, entities: Sequence[Entity]) -> list[OpenService]:
    """The way of each of these services, from the stored results, in three queries."""
    checks = {row.check_id: compiled(row) for row in CheckVersion.objects.standing()}
    judged: dict[int, list[Judged]] = {}
    rows = CheckResult.objects.standing().filter(entity__in=entities)
    for entity_id, name, state in rows.values_list("entity_id", "check_key", "state"):
        check = checks.get(name)
        if check is not None and initiative.pillar in (OVERALL, check.pillar):
            item = Judged(
                name, check.pillar, check.weight, check.level, state, check.effort, check.knock_out, check.requires
            )
            judged.setdefault(entity_id, []).append(item)
    points = ScorePoint.objects.standing().filter(entity__in=entities, pillar=initiative.pillar)
    levels = dict(points.values_list("entity_id", "level"))
    return [
        _open(entity, levels.get(entity.pk, "unknown"), judged.get(entity.pk, []), initiative) for entity in entities
    ]


def _open(entity: Entity, level: str, judged: list[Judged], initiative: Initiative) -> OpenService:
    climb = path.to_level(judged, initiative.level)
    return OpenService(entity, level, len(climb.fixes), climb.effort)
