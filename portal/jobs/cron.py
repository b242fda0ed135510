"""When is a schedule due next? Pure functions. cronsim follows the five fields; what the clocks do is decided here.

A rule that names hours ("30 2 * * *") speaks of the clock on the wall. Each time that it names happens once: a time that
the clocks skip happens when the gap ends (several of one gap as one), a time that they show twice happens the first time.
A rule of every hour ("30 * * * *") follows the clock as it goes: in a repeated hour it happens twice, in a skipped one not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from django.utils import timezone as clock

HOURS = 24
TICK = timedelta(seconds=1)


def check_rule(cron: str, every: int | None, zone: str) -> None:
    """Raise ValueError with the field, the fault and the remedy."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"timezone {zone!r} is not known: use an IANA name such as Europe/Berlin") from error
    if bool(cron) == (every is not None):
        raise ValueError("give either cron or every, not both and not none")
    if every is not None and every < 1:
        raise ValueError("every must be at least 1 second")
    if cron:
        try:
            next(CronSim(cron, clock.now()))
        except (CronSimError, StopIteration) as error:
            raise ValueError(f"cron {cron!r} is not valid ({error}): use five fields such as 0 9 * * MON") from error


def next_after(cron: str, every: int | None, zone: str, after: datetime) -> datetime:
    """The first slot strictly after `after`, in UTC. Interval slots lie on a grid counted from the epoch."""
    if every is not None:
        seconds = int(after.timestamp()) // every * every + every
        return datetime.fromtimestamp(seconds, tz=UTC)
    here, moment = ZoneInfo(zone), after.astimezone(UTC)
    if len(CronSim(cron, moment).hours) == HOURS:
        return _as_the_clock_goes(cron, here, moment)
    return _on_the_wall(cron, here, moment)


def slots(cron: str, every: int | None, zone: str, after: datetime, until: datetime) -> Iterator[datetime]:
    """All slots after `after`, up to and with `until`, in UTC."""
    slot = next_after(cron, every, zone, after)
    while slot <= until:
        yield slot
        slot = next_after(cron, every, zone, slot)


def preview(cron: str, every: int | None, zone: str, after: datetime, count: int = 5) -> list[datetime]:
    """The next `count` slots, in the schedule's own time zone."""
    found: list[datetime] = []
    for _ in range(count):
        after = next_after(cron, every, zone, after)
        found.append(after.astimezone(ZoneInfo(zone)))
    return found


def late(slot: datetime, now: datetime, grace: int) -> bool:
    """Whether a slot is older than its grace of so many seconds."""
    return now - slot > timedelta(seconds=grace)


def _on_the_wall(cron: str, zone: ZoneInfo, after: datetime) -> datetime:
    """The times that the rule names, in their order; those whose instant has passed are over."""
    for local in CronSim(cron, after.astimezone(zone).replace(tzinfo=None)):
        at = _instant(local, zone)
        if at > after:
            return at
    raise StopIteration


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    """When the clock shows this time first; for a time that it skips, when the gap ends."""
    aware = local.replace(tzinfo=zone)
    first, second = aware.astimezone(UTC), aware.replace(fold=1).astimezone(UTC)
    return first if first <= second else _change(zone, second, first)


def _as_the_clock_goes(cron: str, zone: ZoneInfo, after: datetime) -> datetime:
    """The next moment at which the clock shows a time that fits; where the clocks change before it, from there on."""
    offset, local = _offset(zone, after), after.astimezone(zone).replace(tzinfo=None)
    while True:
        at = (next(CronSim(cron, local)) - offset).replace(tzinfo=UTC)
        if _offset(zone, at) == offset:
            return at
        change = _change(zone, (local - offset).replace(tzinfo=UTC), at)
        offset = _offset(zone, change)
        local = change.replace(tzinfo=None) + offset - TICK


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second at which the clocks change, between an instant before it and one at or after it."""
    before = _offset(zone, low)
    while high - low > TICK:
        middle = low + timedelta(seconds=(high - low) // TICK // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high
