"""What freezes and pipelines show on the home page, and what they add to the search."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from deployments.gates.freezes import standing
from deployments.models import FreezeCalendar, Pipeline
from portal.plugins import ActivityRow, SearchHit

AHEAD = timedelta(days=7)
MOST = 4


def upcoming(user: User) -> list[ActivityRow]:
    """Freezes that hold, or begin within a week; each once."""
    now = timezone.now()
    first = {row.freeze.pk: row for row in reversed(standing.between(standing.freezes(), now, now + AHEAD))}
    rows = sorted(first.values(), key=lambda row: row.span.start)[:MOST]
    return [
        ActivityRow(
            row.freeze.title, row.freeze.calendar.get_absolute_url(),
            f"frozen now: {row.freeze.calendar.scope_words}" if row.span.holds(now) else row.freeze.calendar.scope_words,
            "snowflake", "fair" if row.span.holds(now) else "neutral", when=None if row.span.holds(now) else row.span.start,
        )
        for row in rows
    ]  # fmt: skip


def search_pipelines(user: User, text: str, limit: int) -> list[SearchHit]:
    """Pipelines by their name or their service's."""
    named = Q(name__icontains=text) | Q(service__name__icontains=text)
    return [
        SearchHit(row.name, row.get_absolute_url(), f"pipeline · {row.account} {row.region}", "route")
        for row in Pipeline.objects.filter(named)[:limit]
    ]


def search_calendars(user: User, text: str, limit: int) -> list[SearchHit]:
    """Freeze calendars by their title or a freeze's."""
    named = Q(title__icontains=text) | Q(freezes__title__icontains=text)
    rows = FreezeCalendar.objects.filter(named).distinct()[:limit]
    return [SearchHit(row.title, row.get_absolute_url(), f"freezes · {row.scope_words}", "snowflake") for row in rows]
