"""A month of freezes as weeks of days, on the clock of one zone."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from deployments.engine.localtime import earliest
from deployments.gates.freezes.standing import Occurrence, between, freezes
from deployments.models import FreezeCalendar


@dataclass
class Day:
    """One day with the freezes that hold at some time of it."""

    date: date
    inside: bool
    today: bool
    freezes: list[Occurrence] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """A month: its weeks (Monday first), its name, and the first days of the months around it."""

    first: date
    weeks: list[list[Day]]
    before: date
    after: date

    @property
    def title(self) -> str:
        """`November 2026`."""
        return f"{self.first:%B %Y}"


def first_day(text: str, zone: ZoneInfo, now: datetime) -> date:
    """The first of the month written `2026-11`; of the present one for anything else."""
    try:
        found = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 a month has no zone
    except ValueError:
        found = now.astimezone(zone).date()
    return found.replace(day=1) if 2000 <= found.year < 2100 else now.astimezone(zone).date().replace(day=1)


def of(first: date, zone: ZoneInfo, now: datetime, calendars: list[FreezeCalendar] | None = None) -> Month:
    """The month that begins on ``first``; of these calendars, or of all."""
    today = now.astimezone(zone).date()
    weeks = [
        [Day(day, day.month == first.month, day == today) for day in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    days = [day for week in weeks for day in week]
    start, end = _midnight(days[0].date, zone), _midnight(days[-1].date + timedelta(days=1), zone)
    rows = freezes() if calendars is None else freezes().filter(calendar__in=calendars)
    found = between(rows, start, end)
    for day in days:
        begins, ends = _midnight(day.date, zone), _midnight(day.date + timedelta(days=1), zone)
        day.freezes = [one for one in found if one.span.start < ends and one.span.end > begins]
    return Month(first, weeks, (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return earliest(datetime.combine(day, datetime.min.time()), zone)
