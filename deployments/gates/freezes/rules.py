"""Recurrence rules (RFC 5545, section 3.3.10) of freezes, on the clock of their zone.

Rules are followed by dateutil on wall-clock times without a zone, and each occurrence is turned into instants
afterwards: so a freeze on Fridays at 16:00 stays at 16:00 when the clocks change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrule, rrulestr

from deployments.engine.localtime import Span, earliest, latest, span
from deployments.gates.errors import Wrong
from deployments.models import Freeze

FORMAT = "%Y-%m-%dT%H:%M"
LONGEST = timedelta(days=366)
MOST_OCCURRENCES = 5000
SLACK = timedelta(days=2)
YEARS = (2000, 2100)
LAST_DAY = datetime(2100, 1, 1)  # noqa: DTZ001 a clock on a wall has no zone
RECURS_WITHIN = timedelta(days=11 * 366)
UNTIL = "%Y%m%dT%H%M%S"
PARTS = {"FREQ", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "COUNT", "UNTIL", "WKST"}
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


def zone_of(name: str, field: str = "zone") -> ZoneInfo:
    """The zone of an IANA name. Raises Wrong."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Wrong(
            field, f"The time zone {name[:60]!r} is not known: use an IANA name such as Europe/Berlin."
        ) from error


def clock(text: str, field: str) -> datetime:
    """A wall-clock time. Raises Wrong."""
    try:
        found = datetime.strptime(text[:16], FORMAT) if len(text) <= 19 else None  # noqa: DTZ007 a clock on a wall has no zone
    except (ValueError, TypeError):
        found = None
    if found is None or not YEARS[0] <= found.year < YEARS[1]:
        raise Wrong(field, f"Write a wall-clock time of the years {YEARS[0]} to {YEARS[1]} as 2026-12-24T18:00.")
    return found


def normal(text: str, first: datetime, zone: ZoneInfo) -> str:
    """The rule in capitals, a COUNT or a UTC end written as UNTIL on the zone's clock, "" for none.

    Raises Wrong for what is no rule, for one that is too fine, and for one that never happens.
    """
    parts = _parts(text)
    if not parts:
        return ""
    if len(text) > 300 or set(parts) - PARTS or parts.get("FREQ") not in FREQUENCIES:
        known = ", ".join(sorted(PARTS))
        raise Wrong(
            "rrule", f"A rule is such as FREQ=WEEKLY;BYDAY=FR, daily at the finest, with no other parts than {known}."
        )
    count, until = parts.pop("COUNT", ""), parts.pop("UNTIL", "")
    if not 1 <= _whole(parts.get("INTERVAL", "1")) <= 366 or (count and not 1 <= _whole(count) <= MOST_OCCURRENCES):
        raise Wrong("rrule", f"COUNT is 1 to {MOST_OCCURRENCES}, INTERVAL 1 to 366.")
    if count and until:
        raise Wrong("rrule", "COUNT and UNTIL exclude each other: keep one.")
    endless = _written(parts)
    if next(iter(_moments(endless, first, first + RECURS_WITHIN)), None) is None:
        raise Wrong("rrule", "The rule never happens within eleven years of its start.")
    end = _end(until, zone) if until else _nth(endless, first, int(count)) if count else None
    return _written(parts | {"UNTIL": end.strftime(UNTIL)}) if end is not None else endless


def check(freeze: Freeze) -> None:
    """Put the checked rule and the bounds of all occurrences in place. Raises Wrong."""
    zone = zone_of(freeze.zone)
    starts, ends = clock(freeze.starts, "starts"), clock(freeze.ends, "ends")
    if not starts < ends <= starts + LONGEST:
        raise Wrong("ends", f"The end lies after the start, at most {LONGEST.days} days.")
    freeze.starts, freeze.ends = starts.strftime(FORMAT), ends.strftime(FORMAT)
    freeze.rrule = normal(freeze.rrule, starts, zone)
    freeze.except_dates = sorted({_day(day) for day in freeze.except_dates})
    freeze.first_at, freeze.until_at = earliest(starts, zone), latest(ends, zone)
    if freeze.rrule:
        last = _last(freeze.rrule, starts) if "UNTIL" in freeze.rrule else None
        freeze.until_at = latest(last + (ends - starts), zone) if last is not None else None


def spans(freeze: Freeze, start: datetime, end: datetime) -> Iterator[Span]:
    """The occurrences that overlap the time from `start` to `end` (instants), in order."""
    zone = ZoneInfo(freeze.zone)
    starts, ends = clock(freeze.starts, "starts"), clock(freeze.ends, "ends")
    lasts, left_out = ends - starts, set(freeze.except_dates)
    low = start.astimezone(zone).replace(tzinfo=None) - lasts - SLACK
    high = end.astimezone(zone).replace(tzinfo=None) + SLACK
    for local in _starts(freeze.rrule, starts, low, high):
        found = span(local, local + lasts, zone)
        if local.date().isoformat() not in left_out and found.start < end and found.end > start:
            yield found


def _starts(rule: str, first: datetime, low: datetime, high: datetime) -> list[datetime]:
    if not rule:
        return [first] if low <= first <= high else []
    return list(_moments(rule, first, high).between(low, high, inc=True))


def _moments(rule: str, first: datetime, high: datetime) -> rrule:
    """The occurrences until `high`: bounded, because a rule that names no existing day would be followed for ever."""
    parts = _parts(rule)
    own = parts.pop("UNTIL", "")
    end = min(high, datetime.strptime(own, UNTIL)) if own else high  # noqa: DTZ007 on the clock of the zone
    try:
        return rrulestr(_written(parts), dtstart=first).replace(until=end)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise Wrong("rrule", f"The rule cannot be read ({error}): write it such as FREQ=WEEKLY;BYDAY=FR.") from error


def _last(rule: str, first: datetime) -> datetime:
    moments: list[datetime] = list(islice(_moments(rule, first, LAST_DAY), MOST_OCCURRENCES + 1))
    if len(moments) > MOST_OCCURRENCES:
        raise Wrong(
            "rrule", f"The rule has more than {MOST_OCCURRENCES} occurrences: give it no end, or an earlier one."
        )
    return moments[-1] if moments else first


def _nth(rule: str, first: datetime, count: int) -> datetime:
    moments: list[datetime] = list(islice(_moments(rule, first, LAST_DAY), count))
    return moments[-1] if moments else first


def _end(text: str, zone: ZoneInfo) -> datetime:
    """UNTIL on the zone's clock; a day alone counts whole."""
    for form in (UNTIL + "Z", UNTIL, "%Y%m%d"):
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 which zone it is in depends on the form
        except ValueError:
            continue
        if form.endswith("Z"):
            return found.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        return found if form == UNTIL else found + timedelta(hours=23, minutes=59, seconds=59)
    raise Wrong("rrule", "UNTIL is written 20261231T230000Z, 20261231T230000 or 20261231.")


def _parts(text: str) -> dict[str, str]:
    text = text.strip().upper().removeprefix("RRULE:")
    return dict(part.partition("=")[::2] for part in text.split(";") if part)


def _written(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _whole(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 6 else 0


def _day(text: object) -> str:
    try:
        return datetime.strptime(str(text)[:10], "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 a day has no zone
    except ValueError as error:
        raise Wrong("except_dates", "Days that are left out are written 2026-12-25.") from error
