"""Which blackouts and which rules hold for a service."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from chaos.calendars.models import EVERYTHING, Blackout, TeamRules
from chaos.engine.localtime import Span
from services.models import Entity

MOMENT = timedelta(microseconds=1)
MINIMUM_HEALTHY = 30
"""Percent of the hosts that must stay where no team has said anything: the loss of one zone of two is allowed."""


def scopes(service: Entity) -> list[str]:
    """All that reaches this service: everything, its team, itself."""
    return [scope for scope in (EVERYTHING, service.owner_ref, service.ref) if scope]


def near(start: datetime, end: datetime) -> QuerySet[Blackout]:
    """The blackouts that may have an occurrence in this time."""
    return Blackout.objects.filter(Q(ends_at=None) | Q(ends_at__gt=start), starts_at__lt=end)


def blackouts(service: Entity, at: datetime) -> list[tuple[Blackout, Span]]:
    """The blackouts that hold for the service at this instant, the one that ends last first."""
    rows = near(at, at + MOMENT).filter(scope__in=scopes(service))
    held = [(row, span) for row in rows for span in row.spans(at, at + MOMENT) if span.holds(at)]
    return sorted(held, key=lambda pair: (pair[1].end, pair[0].pk), reverse=True)


def rules(service: Entity) -> TeamRules | None:
    """The team's own rules, else those of all teams, else None."""
    found = {row.scope: row for row in TeamRules.objects.filter(scope__in=[EVERYTHING, service.owner_ref])}
    return found.get(service.owner_ref) or found.get(EVERYTHING)
