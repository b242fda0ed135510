"""The days of a month or a week with what is planned, what ran, what was missed, and what is blacked out."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse

from chaos.calendars.standing import MOMENT, near
from chaos.engine.localtime import earlier
from chaos.gamedays.models import GameDay
from chaos.models import Experiment, ExperimentRun, Suite
from chaos.words import run_said
from portal.jobs.cron import slots
from portal.jobs.models import SKIPPED, Run

FEW = 3
"""More slots of one schedule on a day than this are told as one line."""
MOST_RUNS = 2000
MOST_SLOTS = 2100


@dataclass(frozen=True)
class Entry:
    """One line of a day. `time` and `title` are text; `state` and `icon` are those of every page."""

    at: datetime
    time: str
    title: str
    url: str
    state: str
    icon: str
    label: str


@dataclass
class Day:
    """One day; `inside` is False for those of the months around."""

    date: date
    inside: bool
    today: bool
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Period:
    """A month or a week: its weeks (Monday first), and the first days of the ones around it."""

    title: str
    weeks: list[list[Day]]
    before: date
    after: date

    @property
    def days(self) -> list[Day]:
        """Its own days that hold something, in order: the list for small screens."""
        return [day for week in self.weeks for day in week if day.inside and day.entries]


def month(first: date, zone: ZoneInfo, now: datetime, team: str = "") -> Period:
    """The month of this day."""
    first = first.replace(day=1)
    dates = calendar.Calendar().monthdatescalendar(first.year, first.month)
    weeks = [[Day(day, day.month == first.month, False) for day in week] for week in dates]
    before, after = (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)
    return _filled(Period(f"{first:%B %Y}", weeks, before, after), zone, now, team)


def week(day: date, zone: ZoneInfo, now: datetime, team: str = "") -> Period:
    """The week of this day."""
    monday = day - timedelta(days=day.weekday())
    days = [Day(monday + timedelta(days=n), True, False) for n in range(7)]
    title = f"Week {monday.isocalendar().week}, {monday:%-d %b} – {days[-1].date:%-d %b %Y}"
    period = Period(title, [days], monday - timedelta(days=7), monday + timedelta(days=7))
    return _filled(period, zone, now, team)


def _filled(period: Period, zone: ZoneInfo, now: datetime, team: str) -> Period:
    days = {day.date: day for one in period.weeks for day in one}
    start, end = _midnight(min(days), zone), _midnight(max(days) + timedelta(days=1), zone)
    today = now.astimezone(zone).date()
    for day in days.values():
        day.today = day.date == today
    for entry in sorted(_entries(start, end, zone, now, team), key=lambda one: one.at):
        days[max(entry.at, start).astimezone(zone).date()].entries.append(entry)
    return period


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return earlier(datetime.combine(day, datetime.min.time()), zone)


def _entries(start: datetime, end: datetime, zone: ZoneInfo, now: datetime, team: str) -> Iterator[Entry]:
    yield from _blackouts(start, end, zone, team)
    yield from _game_days(start, end, zone, team)
    yield from _runs(start, end, zone, team)
    yield from _skipped(start, end, zone, team)
    if end > now:
        yield from _planned(max(start, now), end, zone, team)


def _blackouts(start: datetime, end: datetime, zone: ZoneInfo, team: str) -> Iterator[Entry]:
    address = reverse("chaos:blackouts")
    for row in near(start, end):
        if team and row.scope.startswith("group:") and row.scope_name != team:
            continue
        for span in row.spans(start, end):
            for first, last in _by_day(max(span.start, start), min(span.end, end), zone):
                hours = f"{first:%H:%M}–{last:%H:%M}" if (last - first) < timedelta(hours=23) else "all day"
                yield Entry(first, hours, f"{row.title} ({row.scope_name})", address, "fair", "hand-stop", "Blackout")


def _by_day(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """A span cut at the midnights of the zone."""
    while start < end:
        local = start.astimezone(zone)
        midnight = _midnight(local.date() + timedelta(days=1), zone)
        yield local, min(midnight, end).astimezone(zone)
        start = midnight


def _game_days(start: datetime, end: datetime, zone: ZoneInfo, team: str) -> Iterator[Entry]:
    rows = GameDay.objects.filter(starts_at__gte=start, starts_at__lt=end)
    for row in rows.filter(owner_ref__endswith=f"/{team}") if team else rows:
        yield _entry(
            row.starts_at, zone, f"Game day: {row.title}", row.get_absolute_url(), "neutral", "users", row.state
        )


def _runs(start: datetime, end: datetime, zone: ZoneInfo, team: str) -> Iterator[Entry]:
    rows = ExperimentRun.objects.filter(slot_at__gte=start, slot_at__lt=end).select_related("experiment", "service")
    chosen = rows.filter(service__owner_ref__endswith=f"/{team}") if team else rows
    for run in chosen.defer("steady_during", "definition", "preview")[:MOST_RUNS]:
        said = run_said(run)
        title = f"{run.experiment.title} on {run.service.name}"
        yield _entry(run.slot_at, zone, title, run.get_absolute_url(), said.state, said.icon, said.label)


def _skipped(start: datetime, end: datetime, zone: ZoneInfo, team: str) -> Iterator[Entry]:
    rows = Run.objects.filter(job="chaos.run", state=SKIPPED, slot__gte=start, slot__lt=end)[:MOST_RUNS]
    missed = [(run, run.args.get("experiment")) for run in rows]
    found = {one.pk: one for one in _experiments(team).filter(pk__in={pk for _, pk in missed})}
    for run, pk in missed:
        if pk in found and run.slot is not None:
            title, url = f"{found[pk].title} on {found[pk].service.name}", run.get_absolute_url()
            yield _entry(run.slot, zone, title, url, "stale", "circle-minus", "Skipped")


def _planned(start: datetime, end: datetime, zone: ZoneInfo, team: str) -> Iterator[Entry]:
    for one in _experiments(team).filter(enabled=True):
        rule = (one.cron, one.every, one.timezone)
        title = f"{one.title} on {one.service.name}"
        yield from _counted(islice(slots(*rule, start, end - MOMENT), MOST_SLOTS), zone, title, one.get_absolute_url())
    suites = Suite.objects.filter(enabled=True, service__removed_at=None).select_related("service")
    for suite in suites.filter(service__owner_ref__endswith=f"/{team}") if team else suites:
        found = islice(slots(suite.cron, None, suite.timezone, start, end - MOMENT), MOST_SLOTS)
        yield from _counted(found, zone, f"Suite {suite.title} on {suite.service.name}", suite.get_absolute_url())


def _experiments(team: str) -> QuerySet[Experiment]:
    rows = Experiment.objects.filter(service__removed_at=None).select_related("service")
    return rows.filter(service__owner_ref__endswith=f"/{team}") if team else rows


def _counted(found: Iterable[datetime], zone: ZoneInfo, title: str, url: str) -> Iterator[Entry]:
    """Each slot, or one line for a day that has more than a few."""
    by_day: dict[date, list[datetime]] = {}
    for slot in found:
        by_day.setdefault(slot.astimezone(zone).date(), []).append(slot)
    for all_of_it in by_day.values():
        if len(all_of_it) <= FEW:
            yield from (_entry(slot, zone, title, url, "neutral", "calendar", "Planned") for slot in all_of_it)
            continue
        yield _entry(all_of_it[0], zone, f"{title}, {len(all_of_it)} times", url, "neutral", "calendar", "Planned")


def _entry(at: datetime, zone: ZoneInfo, title: str, url: str, state: str, icon: str, label: str) -> Entry:
    return Entry(at, f"{at.astimezone(zone):%H:%M}", title, url, state, icon, label)
