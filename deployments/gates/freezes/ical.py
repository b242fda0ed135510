"""Freezes from and to iCalendar (RFC 5545), by the library `icalendar`.

An import is all or nothing: what cannot be taken is named event by event, and then nothing is stored. The same event
(its UID) again replaces what the calendar held under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from icalendar import Calendar, Component, Event, vRecur

from deployments.gates.errors import Wrong
from deployments.gates.freezes import rules, write
from deployments.models import Freeze, FreezeCalendar
from portal.access import audit

LARGEST = 256 * 1024
MOST_EVENTS = 500
MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Imported:
    """How many freezes were new and how many replaced, or what is wrong (then nothing was stored)."""

    created: int
    replaced: int
    problems: tuple[str, ...]


def take(calendar: FreezeCalendar, raw: bytes, by: Any) -> Imported:
    """Read a file into the calendar. Raises PermissionDenied, or Wrong for what is no iCalendar at all."""
    write.require(by, calendar.owner_ref)
    events = _events(raw)
    freezes, problems = [], []
    for number, event in enumerate(events, start=1):
        try:
            freezes.append(_freeze(event, calendar, by))
        except Wrong as error:
            problems.append(f"Event {number} ({str(event.get('summary', 'without a title'))[:60]}): {error.message}")
    if not problems:
        _leave_out_moved(events, freezes)
    if len(freezes) != len({freeze.uid for freeze in freezes}):
        problems.append("Two events have the same UID: give each its own.")
    if problems:
        return Imported(0, 0, tuple(problems[:MOST_PROBLEMS]))
    return _store(calendar, freezes, by)


def export(calendars: list[FreezeCalendar]) -> bytes:
    """The calendars as one file, with the rules of every zone that it names."""
    out = Calendar()
    out.add("prodid", "-//Colonnade//Freezes//EN")
    out.add("version", "2.0")
    out.add("x-wr-calname", ", ".join(calendar.title for calendar in calendars)[:200] or "Freezes")
    for calendar in calendars:
        for freeze in calendar.freezes.all():
            out.add_component(_event(freeze, calendar))
    out.add_missing_timezones()
    return bytes(out.to_ical())


def _events(raw: bytes) -> list[Component]:
    if len(raw) > LARGEST:
        raise Wrong("file", f"The file is larger than {LARGEST // 1024} KB: send it in parts.")
    try:
        events = list(Calendar.from_ical(raw.decode("utf-8")).walk("VEVENT"))
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise Wrong("file", f"This is not an iCalendar file: {str(error)[:150]}") from error
    if not 1 <= len(events) <= MOST_EVENTS:
        raise Wrong("file", f"The file has {len(events)} events: 1 to {MOST_EVENTS} can be taken.")
    return events


def _freeze(event: Component, calendar: FreezeCalendar, by: Any) -> Freeze:
    starts, ends, zone = _times(event, calendar.zone)
    moved = event.get("recurrence-id")
    uid = str(event.get("uid") or f"{event.get('summary')}-{starts}")[:200]
    freeze = Freeze(
        calendar=calendar, uid=f"{uid}#{moved.dt:%Y%m%d}" if moved is not None else uid,
        title=str(event.get("summary") or "Freeze")[:200], reason=str(event.get("description") or "")[:500],
        starts=starts.strftime(rules.FORMAT), ends=ends.strftime(rules.FORMAT), zone=zone,
        rrule=_rule(event), except_dates=_left_out(event, zone), created_by=by.get_username(),
    )  # fmt: skip
    rules.check(freeze)
    return freeze


def _times(event: Component, default: str) -> tuple[datetime, datetime, str]:
    """Start and end on the wall, and the zone; a day without a time is all of it."""
    start, end, lasts = event.get("dtstart"), event.get("dtend"), event.get("duration")
    if start is None:
        raise Wrong("starts", "It has no DTSTART.")
    first, zone = _wall(start.dt, default)
    if end is not None:
        last, _ = _wall(end.dt, default, into=zone)
    elif lasts is not None:
        last = first + lasts.dt
    else:
        last = first + timedelta(days=1) if not isinstance(start.dt, datetime) else first
    return first, last, zone


def _wall(value: date | datetime, default: str, into: str = "") -> tuple[datetime, str]:
    if not isinstance(value, datetime):
        return datetime.combine(value, time()), into or default
    if value.tzinfo is None:
        return value.replace(second=0), into or default
    name = into or getattr(value.tzinfo, "key", "") or "UTC"
    return value.astimezone(rules.zone_of(name)).replace(tzinfo=None, second=0), name


def _rule(event: Component) -> str:
    if "rdate" in event:
        raise Wrong("rrule", "Single further dates (RDATE) are not taken: write them as events of their own.")
    found = event.get("rrule")
    if isinstance(found, list):
        raise Wrong("rrule", "It has several rules: write it as several events.")
    return found.to_ical().decode() if found is not None else ""


def _left_out(event: Component, zone: str) -> list[str]:
    found = event.get("exdate")
    lists = found if isinstance(found, list) else [found] if found is not None else []
    return [_wall(one.dt, zone, into=zone)[0].date().isoformat() for each in lists for one in each.dts]


def _leave_out_moved(events: list[Component], freezes: list[Freeze]) -> None:
    """An occurrence with an event of its own (RECURRENCE-ID) does not happen where the rule would have put it."""
    masters = {freeze.uid: freeze for freeze in freezes}
    for event in events:
        moved, master = event.get("recurrence-id"), masters.get(str(event.get("uid", ""))[:200])
        if moved is not None and master is not None:
            day = _wall(moved.dt, master.zone, into=master.zone)[0].date().isoformat()
            master.except_dates = sorted({*master.except_dates, day})


def _store(calendar: FreezeCalendar, freezes: list[Freeze], by: Any) -> Imported:
    with transaction.atomic():
        known = dict(calendar.freezes.values_list("uid", "pk"))
        created = [freeze for freeze in freezes if freeze.uid not in known]
        if len(known) + len(created) > write.MOST_FREEZES:
            raise Wrong("file", f"A calendar holds at most {write.MOST_FREEZES} freezes: delete old ones first.")
        for freeze in freezes:
            freeze.pk = known.get(freeze.uid)
            freeze.save()
        calendar.imported_at = timezone.now()
        calendar.save(update_fields=["imported_at"])
        counts = {"created": len(created), "replaced": len(freezes) - len(created)}
        audit.record(by, "freeze-calendar.import", f"freeze-calendar:{calendar.pk}", severity="high", **counts)
    return Imported(counts["created"], counts["replaced"], ())


def _event(freeze: Freeze, calendar: FreezeCalendar) -> Event:
    zone, event = ZoneInfo(freeze.zone), Event()
    starts, ends = rules.clock(freeze.starts, "starts"), rules.clock(freeze.ends, "ends")
    event.add("uid", freeze.uid)
    event.add("dtstamp", freeze.updated_at)
    event.add("summary", freeze.title)
    event.add("description", freeze.reason or f"Freeze of {calendar.scope_words}")
    event.add("categories", [calendar.title])
    event.add("dtstart", starts.replace(tzinfo=zone))
    event.add("dtend", ends.replace(tzinfo=zone))
    if freeze.rrule:
        event.add("rrule", _recurrence(freeze.rrule, zone))
    if freeze.except_dates:
        days = [date.fromisoformat(day) for day in freeze.except_dates]
        event.add("exdate", [datetime.combine(day, starts.time(), zone) for day in days])
    return event


def _recurrence(rule: str, zone: ZoneInfo) -> vRecur:
    """The rule as others read it: its end in UTC, as RFC 5545 wants it beside a start with a zone."""
    found: vRecur = vRecur.from_ical(rule)
    ends = found.get("UNTIL")
    if ends:
        found["UNTIL"] = [end.replace(tzinfo=zone).astimezone(UTC) for end in ends]
    return found
