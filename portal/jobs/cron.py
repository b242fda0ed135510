"""When is a schedule due next? Pure functions; cron by cronsim, which does not run a repeated hour twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from django.utils import timezone as clock


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
        return datetime.fromtimestamp(seconds, tz=clock.get_default_timezone()).astimezone(ZoneInfo("UTC"))
    local = after.astimezone(ZoneInfo(zone))
    return next(CronSim(cron, local)).astimezone(ZoneInfo("UTC"))


def preview(cron: str, every: int | None, zone: str, after: datetime, count: int = 5) -> list[datetime]:
    """The next `count` slots, in the schedule's own time zone."""
    slots: list[datetime] = []
    for _ in range(count):
        after = next_after(cron, every, zone, after)
        slots.append(after.astimezone(ZoneInfo(zone)))
    return slots


def late(slot: datetime, now: datetime, grace: int) -> bool:
    """Whether a slot is older than its grace of so many seconds."""
    return now - slot > timedelta(seconds=grace)
