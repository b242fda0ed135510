"""The maturity page: where all services stand, what moved and why, and every team by pillar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest

from portal.charts.bars import Bar, Part
from portal.charts.glyph import Pillar
from portal.charts.heat import HeatCell
from scorecards import fleet, queries
from scorecards.as_of import View
from scorecards.engine import trend
from scorecards.engine.check import PILLARS
from scorecards.engine.scoring import BELOW, NO_LEVEL, OVERALL, colour
from scorecards.filters import day
from scorecards.fleet import Mean, Scope
from scorecards.models import EXPIRED, TEAM, Intervals, ScorePoint
from scorecards.words import headline, pillar_label, pillar_order, rises
from services.models import Entity

SPAN = timedelta(weeks=12)
BARS = 13
#: Layers of the chart, top first.
PARTS = (
    Part("Gold", "gold"),
    Part("Silver", "silver"),
    Part("Bronze", "bronze"),
    Part("Unknown", "unknown"),
    Part("Below", "below"),
)
_LAYERS = ("gold", "silver", "bronze", NO_LEVEL, BELOW)


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One line of “Teams by pillar”."""

    ref: str
    name: str
    services: int
    glyph: list[Pillar]
    cells: list[HeatCell]
    course: list[float | None]


def since_of(request: HttpRequest, now: datetime) -> datetime:
    """What to compare with: the day in the address, or 30 days before `now`."""
    asked = day(request.GET.get("since", ""))
    return asked if asked is not None and asked < now else now - queries.WINDOW


def calendar(services: QuerySet[Entity], now: datetime, scope: Scope | None) -> list[datetime]:
    """Thirteen instants over twelve weeks, or over the history there is when it is younger; `scope` as in `level_bars`."""
    start = now - SPAN
    points = queries.scope_points(*scope) if scope else queries.service_points(services)
    if points.filter(valid_from__lte=start).exists():
        return trend.calendar(start, now, BARS)
    first = points.order_by("valid_from").values_list("valid_from", flat=True).first()
    return trend.calendar(first, now, BARS) if first and first <= now else []


def written(moment: datetime, span: timedelta) -> str:
    """A date on the axis; the time of day while the history is young."""
    if span > timedelta(days=2):
        return f"{moment.day} {moment:%b}"
    return f"{moment:%H:%M}" if span > timedelta(minutes=20) else f"{moment:%H:%M:%S}"


def level_bars(services: QuerySet[Entity], dates: Sequence[datetime], scope: Scope | None) -> list[Bar]:
    """One bar a date: how many services had each level. `scope` is the roll-up of just these services, where there is one."""
    if not dates:
        return []
    span = dates[-1] - dates[0]
    counts = (fleet.scope_levels_at(*scope, dates) if scope else None) or fleet.levels_at(services, dates)
    return [
        Bar(written(date, span), [count.get(level, 0) for level in _LAYERS])
        for date, count in zip(dates, counts, strict=True)
    ]


def pillars_of(means: dict[tuple[str, str], Mean]) -> list[str]:
    """The five, and any other that has a score."""
    return sorted({*PILLARS, *(pillar for _ref, pillar in means)} - {OVERALL}, key=pillar_order)


def team_rows(
    services: QuerySet[Entity], since: datetime, view: View, scope: Scope | None
) -> tuple[list[str], list[TeamRow]]:
    """The pillars and the teams, by name, in a constant number of queries. `scope`: all services of its teams count."""
    whole = scope is not None
    means = fleet.team_points(view.when) if whole else fleet.team_means(services, view.when)
    # A history that is younger than that begins with each service's own first score.
    before = (fleet.team_points(since) if whole else {}) or fleet.team_means(services, since, begins=True)
    sizes = fleet.team_sizes(view.when, scope) if scope and view.when else _sizes(services)
    courses, pillars = _courses(sizes, view.now), pillars_of(means)
    rows = [_team_row(ref, sizes[ref], pillars, means, before, courses.get(ref, [])) for ref in sorted(sizes) if ref]
    return pillars, rows


def _sizes(services: QuerySet[Entity]) -> dict[str, int]:
    counts = services.order_by().values("owner_ref").annotate(number=Count("id"))
    return {row["owner_ref"]: row["number"] for row in counts}


def _team_row(
    ref: str, size: int, pillars: list[str], means: dict[tuple[str, str], Mean],
    before: dict[tuple[str, str], Mean], course: list[float | None],
) -> TeamRow:  # fmt: skip
    name = ref.rpartition("/")[2]
    glyph, cells = [], []
    for pillar in pillars:
        mean, past = means.get((ref, pillar)), before.get((ref, pillar))
        score = mean.score if mean else None
        step = None if score is None or past is None or past.score is None else round(score - past.score, 1)
        sure = mean.confidence if mean else 0.0
        glyph.append(Pillar(pillar, pillar_label(pillar), score, colour(score), sure, step))
        cells.append(HeatCell(score, step, colour(score), stale=sure < queries.SURE))
    return TeamRow(ref, name, size, glyph, cells, course)


def _courses(teams: dict[str, int], now: datetime) -> dict[str, list[float | None]]:
    start = now - SPAN
    rows = ScorePoint.objects.filter(scope_type=TEAM, scope_ref__in=teams, pillar=OVERALL)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=start), valid_from__lte=now)
    series = trend.grouped(rows.values_list("scope_ref", "valid_from", "score"))
    if not series:
        return {}
    first = max(start, min(points[0][0] for points in series.values()))
    dates = trend.calendar(first, now, 26)
    return {ref: trend.values_at(points, dates) for ref, points in series.items()}


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of “What moved, and why”."""

    point: ScorePoint
    url: str

    @classmethod
    def of(cls, point: ScorePoint, url: str = "") -> Moved:
        """The line of a point; `url` is the page of its scope."""
        return cls(point, url)

    @property
    def who(self) -> str:
        """The service, team or everyone."""
        return self.point.scope_ref.rpartition("/")[2] or "everyone"

    @property
    def pillar(self) -> str:
        """The pillar's label."""
        return pillar_label(self.point.pillar)

    @property
    def headline(self) -> str:
        """What moved: points, level or evidence."""
        return headline(self.point)

    @property
    def state(self) -> str:
        """How it is drawn."""
        if not self.headline:
            return "neutral"
        if self.point.cause == EXPIRED:
            return "stale"
        return "good" if rises(self.point) else "poor"

    @property
    def icon(self) -> str:
        """An arrow, or a clock where evidence expired."""
        return {"neutral": "point", "stale": "clock", "good": "trending-up"}.get(self.state, "trending-down")

    @property
    def label(self) -> str:
        """The arrow in words."""
        return {"neutral": "Begun", "stale": "Evidence expired", "good": "Rose"}.get(self.state, "Fell")


def summary(services: QuerySet[Entity], view: View, scope: Scope | None) -> dict[str, Any]:
    """How many services and teams, the mean confidence, and what is waived, for the lead."""
    overall = queries.service_points(services).filter(pillar=OVERALL)
    if view.when is not None:
        return _past_summary(overall, view.when, scope)
    totals = _totals([overall.standing()])
    return totals | {
        "services": services.count(),
        "teams": services.order_by().values_list("owner_ref").distinct().count(),
    }


def _past_summary(overall: Intervals, when: datetime, scope: Scope | None) -> dict[str, Any]:
    """The same of a past instant: from the roll-up, which knows the services of then, where there is one."""
    if scope is None:
        totals = _totals(overall.parts_at(when))
        return totals | {"services": totals["evaluated"], "teams": None}
    point = queries.scope_points(*scope).at(when).first()
    number = point.services if point else 0
    return {
        "services": number,
        "teams": len(fleet.team_sizes(when, scope)),
        "evaluated": number,
        "waived": point.waived_checks if point else 0,
        "confidence": point.confidence if point else None,
    }


def _totals(parts: Iterable[Intervals]) -> dict[str, Any]:
    rows = [
        part.order_by().aggregate(number=Count("*"), waived=Sum("waived_checks"), sure=Sum("confidence"))
        for part in parts
    ]
    number = sum(row["number"] for row in rows)
    return {
        "evaluated": number,
        "waived": sum(row["waived"] or 0 for row in rows),
        "confidence": sum(row["sure"] or 0.0 for row in rows) / number if number else None,
    }
