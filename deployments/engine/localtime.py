"""What a clock on a wall says, turned into instants: true across daylight saving, whatever the zone.

An interval is given by two wall-clock times of one zone. It begins at the first instant at which a clock there reads its
start or later, and ends after the last instant at which a clock there reads less than its end. So an hour that comes
twice belongs to it whole, and an hour that never comes costs it nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

SECOND = timedelta(seconds=1)
LONGEST_SEARCH = 15


@dataclass(frozen=True)
class Span:
    """Two instants in UTC; the end is outside."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether the instant lies within."""
        return self.start <= moment < self.end


@dataclass(frozen=True)
class Weekly:
    """Open on these days (0 is Monday) from one wall-clock time to another; one that closes at or before it opens runs
    into the next day."""

    days: frozenset[int]
    opens: time
    closes: time

    def on(self, day: date, zone: tzinfo) -> Span | None:
        """The opening that begins on this local day, if there is one."""
        if day.weekday() not in self.days:
            return None
        last = day + timedelta(days=self.closes <= self.opens)
        return span(datetime.combine(day, self.opens), datetime.combine(last, self.closes), zone)

    def open_at(self, moment: datetime, zone: tzinfo) -> Span | None:
        """The opening that holds this instant, if any."""
        today = moment.astimezone(zone).date()
        found = (self.on(today + timedelta(days=shift), zone) for shift in (-2, -1, 0))
        return next((one for one in found if one is not None and one.holds(moment)), None)

    def next_after(self, moment: datetime, zone: tzinfo) -> Span | None:
        """The first opening that begins after this instant, within two weeks."""
        today = moment.astimezone(zone).date()
        found = (self.on(today + timedelta(days=shift), zone) for shift in range(-1, LONGEST_SEARCH))
        return next((one for one in found if one is not None and one.start > moment), None)


def span(start: datetime, end: datetime, zone: tzinfo) -> Span:
    """The interval between two wall-clock times (naive) of a zone; empty where the clock jumps over all of it."""
    first, last = earliest(start, zone), latest(end, zone)
    return Span(first, max(first, last))


def earliest(local: datetime, zone: tzinfo) -> datetime:
    """The first instant (UTC) at which the zone's clock reads ``local`` (naive) or later."""
    first, second = _readings(local, zone)
    return first if first <= second else _jump(second, first, zone)


def latest(local: datetime, zone: tzinfo) -> datetime:
    """The instant (UTC) from which on the zone's clock never again reads less than ``local`` (naive)."""
    first, second = _readings(local, zone)
    if first > second:
        return _jump(second, first, zone)
    # At the very turn back the clock has not read less than this since the first time.
    turned = (second - SECOND).astimezone(zone).utcoffset() != second.astimezone(zone).utcoffset()
    return first if turned and first < second else second


def _readings(local: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The instants of both foldings: equal on most days, in order in a repeated hour, reversed in a skipped one."""
    naive = local.replace(tzinfo=zone)
    return naive.replace(fold=0).astimezone(UTC), naive.replace(fold=1).astimezone(UTC)


def _jump(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The instant between two at which the zone's offset changes, to the second."""
    low, high, old = int(before.timestamp()), int(after.timestamp()), before.astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        same = datetime.fromtimestamp(middle, zone).utcoffset() == old
        low, high = (middle, high) if same else (low, middle)
    return datetime.fromtimestamp(high, UTC)
