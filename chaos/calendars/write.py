"""Write blackouts and rules: check what comes from outside, leave audit rows, let only those write whom it concerns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from chaos.calendars.models import EVERYTHING, Blackout, TeamRules
from chaos.engine.definition import Invalid
from portal.access import audit, policy
from services.models import Entity

TEAM = re.compile(r"^group:[a-z0-9._-]{1,63}/[a-z0-9._-]{1,63}$")
LONGEST = dt.timedelta(days=366)
BLACKOUT_FIELDS = ("title", "scope", "reason", "zone", "starts_at", "ends_at", "days", "opens", "closes")
RULE_FIELDS = ("days", "opens", "closes", "zone", "only_business_hours", "minimum_healthy")


def owner_of(scope: str, field: str = "scope") -> str:
    """The team whose operators may write for the scope; "" where only those of everything may. Raises Invalid."""
    if scope == EVERYTHING:
        return ""
    if TEAM.match(scope):
        return scope
    found = Entity.objects.services().by_refs([scope.lower()]).first() if scope.startswith("component:") else None
    if found is None:
        raise Invalid(field, 'Use "all", a team such as group:default/payments, or the ref of a service.')
    return found.owner_ref


def may(user: Any, scope: str) -> bool:
    """Whether this person may write for the scope; nobody may for a service that is gone, but an operator of everything."""
    try:
        return policy.may(user, "operator", owner_of(scope))
    except Invalid:
        return policy.may(user, "operator")


def blackout(row: Blackout | None, fields: Mapping[str, Any], by: Any) -> Blackout:
    """Create or change a blackout. Raises PermissionDenied, and Invalid with the field and the remedy."""
    made = row or Blackout(created_by=by.get_username())
    if row is not None:
        require(by, row.scope)
    for name in BLACKOUT_FIELDS:
        if name in fields:
            setattr(made, name, fields[name])
    policy.require(by, "operator", owner_of(made.scope))
    _check_blackout(made)
    with transaction.atomic():
        made.save()
        detail = {"scope": made.scope, "when": made.words, "reason": made.reason[:300]}
        action = "chaos.blackout.change" if row else "chaos.blackout.create"
        audit.record(by, action, f"blackout:{made.pk}", severity="medium", **detail)
    return made


def require(user: Any, scope: str) -> None:
    """Raise PermissionDenied where this person may not write for the scope."""
    try:
        owner = owner_of(scope)
    except Invalid:
        owner = ""
    policy.require(user, "operator", owner)


def end(row: Blackout, by: Any) -> None:
    """Remove a blackout; chaos may happen again at once, so the trace is kept as a high one. Raises PermissionDenied."""
    require(by, row.scope)
    with transaction.atomic():
        detail = {"title": row.title, "scope": row.scope, "when": row.words}
        audit.record(by, "chaos.blackout.end", f"blackout:{row.pk}", severity="high", **detail)
        row.delete()


def rules(scope: str, fields: Mapping[str, Any], by: Any) -> TeamRules:
    """Set the rules of a team, or of all teams. Raises PermissionDenied and Invalid."""
    if scope != EVERYTHING and not TEAM.match(scope):
        raise Invalid("scope", 'Use "all" or a team such as group:default/payments.')
    policy.require(by, "operator" if scope != EVERYTHING else "admin", owner_of(scope))
    with transaction.atomic():
        made = TeamRules.objects.select_for_update().filter(scope=scope).first() or TeamRules(scope=scope)
        for name in RULE_FIELDS:
            if name in fields:
                setattr(made, name, fields[name])
        _check_days(made.days, needed=made.only_business_hours)
        _check_zone(made.zone)
        if not 0 <= made.minimum_healthy <= 100:
            raise Invalid("minimum_healthy", "Give 0 to 100 percent.")
        made.changed_by = by.get_username()
        made.save()
        audit.record(by, "chaos.rules", f"rules:{scope}", severity="high", rules=made.words)
    return made


def _check_blackout(row: Blackout) -> None:
    _check_zone(row.zone)
    for name in ("title", "reason"):
        if not str(getattr(row, name) or "").strip():
            raise Invalid(name, "Say it in a few words: others see it.")
    if row.starts_at is None:
        raise Invalid("starts_at", "Say when it begins.")
    if row.ends_at is not None and row.ends_at <= row.starts_at:
        raise Invalid("ends_at", "The end lies after the start.")
    if row.days:
        _check_days(row.days, needed=True)
        if row.opens is None or row.closes is None:
            raise Invalid("opens", "A weekly blackout needs the times at which it begins and ends.")
        return
    row.opens = row.closes = None
    if row.ends_at is None or row.ends_at - row.starts_at > LONGEST:
        raise Invalid("ends_at", f"A blackout that does not come back ends within {LONGEST.days} days.")


def _check_days(days: Any, *, needed: bool) -> None:
    numbers = isinstance(days, list) and all(type(day) is int and 0 <= day <= 6 for day in days)
    if not numbers or len(set(days)) != len(days) or (needed and not days):
        raise Invalid("days", "Give each day once as a number: 0 is Monday, 6 is Sunday.")


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("zone", "Use an IANA name such as Europe/Berlin.") from error
