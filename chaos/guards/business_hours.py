"""Chaos only while people are at work, where the team (or everybody) has said so."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone

from chaos.calendars import standing
from chaos.calendars.models import EVERYTHING, TeamRules
from services.guards import Guard, GuardQuery


def check(query: GuardQuery) -> str:
    """Outside the hours: when they begin again, and who may change them."""
    rules = standing.rules(query.entity)
    if rules is None or not rules.only_business_hours:
        return ""
    now = timezone.now()
    if rules.weekly.open_at(now) is not None:
        return ""
    ahead = rules.weekly.next_after(now)
    begin = ahead.start.astimezone(ZoneInfo(rules.zone)) if ahead else None
    again = f"; they begin {begin:%a} {begin.day} {begin:%b %H:%M %Z}" if begin else ""
    return (
        f"it is outside the business hours of {rules.scope_name} ({rules.words}){again}; {who(rules)} may change them"
    )


def who(rules: TeamRules) -> str:
    """Who may change these rules."""
    return "an admin" if rules.scope == EVERYTHING else f"an operator of {rules.scope_name}"


GUARD = Guard("chaos-business-hours", "Business hours", check, order=50, action="chaos")
