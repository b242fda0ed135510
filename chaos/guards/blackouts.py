"""No chaos in a blackout."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone

from chaos.calendars import standing
from chaos.calendars.models import EVERYTHING, Blackout
from services.guards import Guard, GuardQuery


def check(query: GuardQuery) -> str:
    """The blackout that holds, until when, and who may end it."""
    held = standing.blackouts(query.entity, timezone.now())
    if not held:
        return ""
    blackout, span = held[0]
    end = span.end.astimezone(ZoneInfo(blackout.zone))
    until = f"{end:%a} {end.day} {end:%b %Y %H:%M %Z}"
    return (
        f"the blackout “{blackout.title}” holds until {until} ({blackout.reason}); {_who(query, blackout)} may end it"
    )


def _who(query: GuardQuery, blackout: Blackout) -> str:
    if blackout.scope == EVERYTHING:
        return "an operator of everything or an admin"
    return f"an operator of {query.entity.owner_name or 'the portal'}"


GUARD = Guard("chaos-blackouts", "Blackouts", check, order=40, action="chaos")
