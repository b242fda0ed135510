"""What is at risk now: the checks that cost most, waivers in force, and evidence that is no longer fresh."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from scorecards.engine.check import FAIL, UNKNOWN
from scorecards.models import EXPIRED, ORGANISATION, CheckResult, CheckVersion, Intervals, Removal, Waiver
from scorecards.models.intervals import Literal
from scorecards.report.period import Period
from scorecards.waivers.present import lines
from scorecards.words import pillar_label
from services.models import Entity

SHOWN = 10
SOON = timedelta(days=14)
#: The roll-up of just these services, where there is one.
Scope = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class RiskLine:
    """A check with how many services fail it at the end and at the beginning, and the weight that is lost by it.

    `before` is None where the results of the beginning were removed on purpose.
    """

    check: str
    title: str
    pillar: str
    failing: int
    before: int | None
    lost: int

    @property
    def change(self) -> int | None:
        """More (or fewer) services fail it."""
        return None if self.before is None else self.failing - self.before


def risks(services: QuerySet[Entity], period: Period, scope: Scope) -> list[RiskLine]:
    """The ten checks with the most lost weight (services that fail × weight) at the end of the period."""
    after = _failing(_results(services, period, scope), period.until)
    versions = {row.check_id: row for row in CheckVersion.objects.at(period.end).filter(check_id__in=after)}
    heaviest = sorted(versions, key=lambda name: (-after[name] * versions[name].weight, name))[:SHOWN]
    kept = Removal.objects.of(period.start) is None
    before = _failing(CheckResult.objects.filter(check_key__in=heaviest).of_many(services), period.start)
    return [
        RiskLine(
            name, row.title, pillar_label(row.pillar), after[name], before[name] if kept else None, after[name] * row.weight
        )
        for name, row in ((name, versions[name]) for name in heaviest)
    ]  # fmt: skip


def _results(services: QuerySet[Entity], period: Period, scope: Scope) -> Intervals:
    """Results of these services. What stands is of live services only, so that everybody's need no condition."""
    everybody = period.current and scope == (ORGANISATION, "")
    return CheckResult.objects.all() if everybody else CheckResult.objects.of_many(services)


def _failing(results: Intervals, when: datetime | None) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part in results.filter(state=Literal(FAIL)).order_by().parts_at(when):
        rows: Any = part.values("check_key").annotate(number=Count("*"))
        counts.update(dict(rows.values_list("check_key", "number")))
    return counts


@dataclass(frozen=True, slots=True)
class StaleLine:
    """A check that is unknown in so many services because its evidence expired."""

    check: str
    title: str
    services: int
    since: datetime


def stale(services: QuerySet[Entity], period: Period, scope: Scope) -> list[StaleLine]:
    """Checks whose evidence had expired at the end of the period, the most frequent first."""
    expired = _results(services, period, scope).filter(state=UNKNOWN, cause=Literal(EXPIRED)).order_by()
    found: dict[str, list[datetime]] = {}
    for part in expired.parts_at(period.until):
        for name, since in part.values_list("check_key", "valid_from"):
            found.setdefault(name, []).append(since)
    titles = dict(CheckVersion.objects.at(period.end).filter(check_id__in=found).values_list("check_id", "title"))
    every = [StaleLine(name, titles.get(name, name), len(moments), min(moments)) for name, moments in found.items()]
    return sorted(every, key=lambda line: (-line.services, line.check))[:SHOWN]


def waivers(services: QuerySet[Entity], period: Period) -> dict[str, Any]:
    """Waivers in force at the end of the period: how many, in how many services, and those that end within two weeks."""
    rows = Waiver.objects.began().filter(
        Q(ended_at=None) | Q(ended_at__gt=period.end), began_at__lte=period.end, entity__in=services.order_by()
    )
    ending = rows.filter(ended_at__lte=period.end + SOON).select_related("entity").order_by("ended_at")
    return {
        "count": rows.count(),
        "services": rows.order_by().values("entity").distinct().count(),
        "ending": lines(ending[:SHOWN], period.end),
    }
