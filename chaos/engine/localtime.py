"""Spans of time by the clock on a wall: weekly windows and the instants they mean, daylight saving included.

A wall-clock time that the clocks skip or show twice is read to the wider side: a span begins at its earlier reading and
ends at its later one, so that a blackout never loses an hour to the clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

WEEK = 7


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to just before `end`, both instants in UTC."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether the instant lies within."""
        return self.start <= at < self.end

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether the two have an instant in common."""
        return self.start < end and self.end > start


def earlier(local: datetime, zone: tzinfo) -> datetime:
    """The earlier of the instants that this wall-clock time may mean."""
    return min(_readings(local, zone))


def later(local: datetime, zone: tzinfo) -> datetime:
    """The later of the instants that this wall-clock time may mean."""
    return max(_readings(local, zone))


def _readings(local: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    aware = local.replace(tzinfo=zone)
    return aware.replace(fold=0).astimezone(UTC), aware.replace(fold=1).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Weekly:
    """A window of some days of the week (0 is Monday). Where it closes at or before it opens, it ends on the next day."""

    days: frozenset[int]
    opens: time
    closes: time
    zone: tzinfo

    def on(self, day: date) -> Span:
        """The window that begins on this day."""
        closing = day if self.closes > self.opens else day + timedelta(days=1)
        start = earlier(datetime.combine(day, self.opens), self.zone)
        return Span(start, later(datetime.combine(closing, self.closes), self.zone))

    def between(self, start: datetime, end: datetime) -> Iterator[Span]:
        """The windows that touch the time from `start` to `end`, in order."""
        day, last = (start.astimezone(self.zone) - timedelta(days=1)).date(), end.astimezone(self.zone).date()
        while day <= last:
            if day.weekday() in self.days:
                found = self.on(day)
                if found.touches(start, end):
                    yield found
            day += timedelta(days=1)

    def open_at(self, at: datetime) -> Span | None:
        """The window that holds at this instant."""
        return next((span for span in self.between(at, at + timedelta(seconds=1)) if span.holds(at)), None)

    def next_after(self, at: datetime) -> Span | None:
        """The first window that begins after this instant; None where it names no day."""
        ahead = self.between(at, at + timedelta(days=WEEK + 2))
        return next((span for span in ahead if span.start > at), None)
