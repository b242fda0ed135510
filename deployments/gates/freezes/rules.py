"""Recurrence rules (RFC 5545, section 3.3.10) of freezes, on the clock of their zone.

Rules are followed by dateutil on wall-clock times without a zone, and each occurrence is turned into instants
afterwards: so a freeze on Fridays at 16:00 stays at 16:00 when the clocks change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrule, rruleset, rrulestr

from deployments.engine.localtime import Span, earliest, latest, span
from deployments.gates.errors import Wrong
from deployments.models import Freeze

FORMAT = "%Y-%m-%dT%H:%M"
LONGEST = timedelta(days=366)
MOST_OCCURRENCES = 5000
SLACK = timedelta(days=2)
YEARS = (2000, 2100)
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


def normal(text: str, zone: ZoneInfo) -> str:
    """The rule in capitals, with its end on the zone's clock. Raises Wrong for what is no rule, or too fine a one."""
    text = text.strip().upper().removeprefix("RRULE:")
    if not text:
        return ""
    parts = dict(part.partition("=")[::2] for part in text.split(";") if part)
    if len(text) > 300 or set(parts) - PARTS or parts.get("FREQ") not in FREQUENCIES:
        known = ", ".join(sorted(PARTS))
        raise Wrong(
            "rrule", f"A rule is such as FREQ=WEEKLY;BYDAY=FR, daily at the finest, with no other parts than {known}."
        )
    if parts.get("UNTIL", "").endswith("Z"):
        ends = _utc(parts["UNTIL"]).astimezone(zone)
        parts["UNTIL"] = f"{ends:%Y%m%dT%H%M%S}"
    if (
        not 1 <= _whole(parts.get("COUNT", "1")) <= MOST_OCCURRENCES
        or not 1 <= _whole(parts.get("INTERVAL", "1")) <= 366
    ):
        raise Wrong("rrule", f"COUNT is 1 to {MOST_OCCURRENCES}, INTERVAL 1 to 366.")
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    _parsed(text, datetime(2026, 1, 1))  # noqa: DTZ001 only to see whether it can be read
    return text


def check(freeze: Freeze) -> None:
    """Put the checked rule and the bounds of all occurrences in place. Raises Wrong."""
    zone = zone_of(freeze.zone)
    starts, ends = clock(freeze.starts, "starts"), clock(freeze.ends, "ends")
    if not starts < ends <= starts + LONGEST:
        raise Wrong("ends", f"The end lies after the start, at most {LONGEST.days} days.")
    freeze.starts, freeze.ends, freeze.rrule = (
        starts.strftime(FORMAT),
        ends.strftime(FORMAT),
        normal(freeze.rrule, zone),
    )
    freeze.except_dates = sorted({_day(day) for day in freeze.except_dates})
    freeze.first_at, freeze.until_at = earliest(starts, zone), latest(ends, zone)
    if freeze.rrule:
        bounded = re.search(r"COUNT=|UNTIL=", freeze.rrule)
        last = _last(freeze.rrule, starts) if bounded else None
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
    return list(_parsed(rule, first).between(low, high, inc=True))


def _last(rule: str, first: datetime) -> datetime:
    last = first
    for number, moment in enumerate(_parsed(rule, first)):
        if number >= MOST_OCCURRENCES:
            raise Wrong(
                "rrule", f"The rule has more than {MOST_OCCURRENCES} occurrences: give it no end, or an earlier one."
            )
        last = moment
    return last


def _parsed(rule: str, first: datetime) -> rrule | rruleset:
    try:
        return rrulestr(rule, dtstart=first)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise Wrong("rrule", f"The rule cannot be read ({error}): write it such as FREQ=WEEKLY;BYDAY=FR.") from error


def _utc(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Wrong("rrule", "UNTIL is written 20261231T230000Z or 20261231.") from error


def _whole(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 6 else 0


def _day(text: object) -> str:
    try:
        return datetime.strptime(str(text)[:10], "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 a day has no zone
    except ValueError as error:
        raise Wrong("except_dates", "Days that are left out are written 2026-12-25.") from error
