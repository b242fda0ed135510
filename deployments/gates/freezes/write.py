"""Write calendars, freezes and windows: the right for the scope first, then every field, then the row with its audit line."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from deployments.gates import scope
from deployments.gates.errors import Wrong
from deployments.gates.freezes import rules
from deployments.models import DeploymentWindow, Freeze, FreezeCalendar
from deployments.models.gates.calendars import OVERRIDERS
from portal.access import audit, policy

R = TypeVar("R", FreezeCalendar, Freeze, DeploymentWindow)
MOST_FREEZES = 1000
SCOPE = ("scope", "scope_value", "environment")
CALENDAR = ("title", *SCOPE, "zone", "overrider")
FREEZE = ("title", "reason", "starts", "ends", "zone", "rrule", "except_dates", "except_services")
WINDOW = ("title", *SCOPE, "zone", "days", "opens", "closes")


def require(user: Any, owner: str) -> None:
    """Operators of the team that owns the scope; an admin where no team does. Raises PermissionDenied."""
    policy.require(user, "operator" if owner else "admin", owner)


def may(user: Any, owner: str) -> bool:
    """Whether `require` would let this person write."""
    return policy.may(user, "operator" if owner else "admin", owner)


def calendar(found: FreezeCalendar | None, fields: Mapping[str, Any], by: Any) -> FreezeCalendar:
    """Create or change a calendar. Raises PermissionDenied or Wrong."""
    row = found or FreezeCalendar(created_by=by.get_username())
    _scoped(row, fields, CALENDAR, by)
    if row.overrider not in OVERRIDERS:
        raise Wrong("overrider", f"Who may override is one of {', '.join(OVERRIDERS)}.")
    if not row.slug:
        row.slug = _slug(row.title)
    return _saved(row, by, "freeze-calendar", found is None, scope=row.scope_words)


def freeze(found: Freeze | None, of: FreezeCalendar, fields: Mapping[str, Any], by: Any) -> Freeze:
    """Create or change a freeze of a calendar. Raises PermissionDenied or Wrong."""
    require(by, of.owner_ref)
    if found is None and of.freezes.count() >= MOST_FREEZES:
        raise Wrong("calendar", f"A calendar holds at most {MOST_FREEZES} freezes: delete old ones first.")
    row = found or Freeze(calendar=of, uid=f"{uuid.uuid4()}@colonnade", created_by=by.get_username(), zone=of.zone)
    _fill(row, fields, FREEZE)
    _titled(row.title)
    row.zone, row.updated_at = row.zone or of.zone, timezone.now()
    rules.check(row)
    return _saved(row, by, "freeze", found is None, starts=row.starts, ends=row.ends, zone=row.zone, rule=row.rrule)


def window(found: DeploymentWindow | None, fields: Mapping[str, Any], by: Any) -> DeploymentWindow:
    """Create or change a weekly window. Raises PermissionDenied or Wrong."""
    row = found or DeploymentWindow(created_by=by.get_username())
    _scoped(row, fields, WINDOW, by)
    days = row.days if isinstance(row.days, list) else []
    if not days or not all(isinstance(day, int) and 0 <= day <= 6 for day in days):
        raise Wrong("days", "Name at least one day, from 0 (Monday) to 6 (Sunday).")
    if row.opens is None or row.closes is None:
        raise Wrong("opens" if row.opens is None else "closes", "Give both wall-clock times, such as 09:00 and 16:00.")
    row.days = sorted(set(days))
    return _saved(row, by, "deployment-window", found is None, scope=row.scope_words)


def delete(row: FreezeCalendar | Freeze | DeploymentWindow, by: Any) -> None:
    """Delete it, audited. Raises PermissionDenied."""
    require(by, row.owner_ref)
    kind = {FreezeCalendar: "freeze-calendar", Freeze: "freeze", DeploymentWindow: "deployment-window"}[type(row)]
    with transaction.atomic():
        audit.record(by, f"{kind}.delete", f"{kind}:{row.pk}", severity="high", title=row.title)
        row.delete()


def _scoped(row: FreezeCalendar | DeploymentWindow, fields: Mapping[str, Any], names: tuple[str, ...], by: Any) -> None:
    """The right for the old scope and for the new one: nobody takes over or gives away what another team owns."""
    if row.pk is not None:
        require(by, row.owner_ref)
    _fill(row, fields, names)
    row.scope_value = row.scope_value.strip().lower()
    row.owner_ref = scope.owner_of(row.scope, row.scope_value)
    require(by, row.owner_ref)
    _titled(row.title)
    rules.zone_of(row.zone)


def _fill(row: Any, fields: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if name in fields:
            setattr(row, name, fields[name])


def _titled(title: str) -> None:
    if not title.strip() or len(title) > 100:
        raise Wrong("title", "Give a title of at most 100 characters.")


def _saved(row: R, by: Any, kind: str, is_new: bool, **detail: Any) -> R:
    with transaction.atomic():
        row.save()
        act = "create" if is_new else "change"
        audit.record(by, f"{kind}.{act}", f"{kind}:{row.pk}", severity="high", title=row.title, **detail)
    return row


def _slug(title: str) -> str:
    base = slugify(title)[:50] or "calendar"
    taken = set(FreezeCalendar.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(name for name in (base, *(f"{base}-{number}" for number in range(2, 10_000))) if name not in taken)
