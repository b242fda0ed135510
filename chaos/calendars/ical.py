"""Blackouts from iCalendar (RFC 5545): all events of a file or none; the same UID of a scope replaces what it brought before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from icalendar import Calendar, Event

from chaos.calendars import write
from chaos.calendars.models import DAYS, Blackout
from chaos.engine.definition import Invalid

LARGEST = 256 * 1024
MOST_EVENTS = 200
WEEKDAYS = {name[:2].upper(): number for number, name in enumerate(DAYS)}


@dataclass(frozen=True)
class Imported:
    """How many blackouts came new and how many were replaced."""

    created: int
    replaced: int


def take(text: str, scope: str, zone: str, by: Any) -> Imported:
    """Read a file for a scope. `zone` is the clock of times that name none. Raises PermissionDenied and Invalid."""
    write.require(by, scope)
    write.owner_of(scope)
    if len(text.encode()) > LARGEST:
        raise Invalid("ical", f"The file is larger than {LARGEST // 1024} KB: split it.")
    rows = [_fields(event, number, scope, zone) for number, event in enumerate(_events(text), start=1)]
    created = 0
    with transaction.atomic():
        for uid, fields in rows:
            standing = Blackout.objects.filter(scope=scope, uid=uid).first() if uid else None
            made = write.blackout(standing, fields, by)
            Blackout.objects.filter(pk=made.pk).update(uid=uid)
            created += standing is None
    return Imported(created, len(rows) - created)


def _events(text: str) -> list[Event]:
    try:
        found = [part for part in Calendar.from_ical(text).walk("VEVENT") if isinstance(part, Event)]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise Invalid("ical", f"This is no iCalendar: {str(error)[:100]}.") from error
    if not 1 <= len(found) <= MOST_EVENTS:
        raise Invalid("ical", f"Give 1 to {MOST_EVENTS} events.")
    return found


def _fields(event: Event, number: int, scope: str, zone: str) -> tuple[str, dict[str, Any]]:
    title = str(event.get("summary") or "Blackout")[:120]
    here = f"ical: event {number} ({title[:40]})"
    try:
        start, end = event.decoded("dtstart"), event.decoded("dtend", None)
        lasts = event.decoded("duration", timedelta(days=0 if isinstance(start, datetime) else 1))
        first, last = _instant(start, zone), _instant(end if end is not None else start + lasts, zone)
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("ical", f"{here}: its start or end cannot be read: {str(error)[:100]}.") from error
    fields = {
        "title": title, "scope": scope, "reason": str(event.get("description") or title)[:500],
        "zone": _zone(first, zone), "starts_at": first.astimezone(UTC), "ends_at": last.astimezone(UTC),
        "days": [], "opens": None, "closes": None,
    }  # fmt: skip
    if event.get("rrule"):
        fields |= _weekly(event["rrule"], first, last, here)
    return str(event.get("uid") or "")[:255], fields


def _weekly(rule: Any, first: datetime, last: datetime, here: str) -> dict[str, Any]:
    """A weekly rule; others are named as not taken."""
    parts = {str(name).upper(): value for name, value in rule.items()}
    if parts.get("FREQ") != ["WEEKLY"] or set(parts) - {"FREQ", "BYDAY", "UNTIL", "WKST", "INTERVAL"}:
        raise Invalid(
            "ical", f"{here}: only FREQ=WEEKLY with BYDAY and UNTIL is taken; write each day as its own event."
        )
    if parts.get("INTERVAL", [1]) != [1] or last - first > timedelta(days=1):
        raise Invalid("ical", f"{here}: a weekly event lasts at most a day and comes every week.")
    named = [str(day) for day in parts.get("BYDAY", [])]
    if any(day not in WEEKDAYS for day in named):
        raise Invalid("ical", f"{here}: BYDAY names days such as MO,TU.")
    until = parts.get("UNTIL", [None])[0]
    ends = _instant(until, first.tzinfo.key) if until is not None and isinstance(first.tzinfo, ZoneInfo) else until
    return {
        "days": sorted({WEEKDAYS[day] for day in named} or {first.weekday()}),
        "opens": first.time(),
        "closes": last.time(),
        "ends_at": ends.astimezone(UTC) if isinstance(ends, datetime) else None,
    }


def _instant(moment: date | datetime, zone: str) -> datetime:
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 a day on the clock of the zone
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone))


def _zone(moment: datetime, zone: str) -> str:
    return moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else zone
