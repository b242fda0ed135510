"""All parts of a report, for the page and for REST."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from scorecards.models import Removal
from scorecards.report import compare, ledger
from scorecards.report.ledger import Scope
from scorecards.report.period import Period
from services.models import Entity


def report(services: QuerySet[Entity], period: Period, scope: Scope) -> dict[str, Any]:
    """The parts by name. `scope` is the roll-up of just these services, where there is one."""
    before, after = compare.stands(services, period.start), compare.last_stands(services, period)
    risen, fallen = compare.crossings(before, after)
    improved, dropped = compare.movers(before, after, period)
    return {
        "period": period,
        "removal": Removal.objects.of(period.start),
        "services": compare.counted(services),
        "known": bool(before or after),
        "compared": bool(before),
        "risen": risen,
        "fallen": fallen,
        "levels": compare.levels(before, after),
        "pillars": compare.pillars(services, period, scope),
        "improved": improved,
        "dropped": dropped,
        "causes": compare.causes(services, period),
        "risks": ledger.risks(services, period, scope),
        "stale": ledger.stale(services, period, scope),
        "waivers": ledger.waivers(services, period),
    }
