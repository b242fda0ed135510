"""The two dates that a report compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scorecards.filters import day

USUAL = timedelta(days=30)
LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`; `now` where the end is today. `problem` says what is wrong with the dates of the address."""

    start: datetime
    end: datetime
    current: bool
    problem: str = ""

    @property
    def until(self) -> datetime | None:
        """The end as `Intervals.at` takes it: None where that is now."""
        return None if self.current else self.end


def period_of(asked: Mapping[str, str], now: datetime) -> Period:
    """`from` and `to` of an address, as days; the last 30 days where they are missing or cannot be used."""
    usual = (now - USUAL, now)
    first, last = asked.get("from", ""), asked.get("to", "")
    start, end = day(first) if first else usual[0], day(last) if last else now
    if start is None or end is None:
        return Period(*usual, True, "Write dates like 2026-11-20; the last 30 days are shown.")
    current = end >= now
    end = min(end, now)
    if start >= end:
        return Period(*usual, True, "The first day must lie before the last one; the last 30 days are shown.")
    if end - start > LONGEST:
        return Period(*usual, True, "A report covers ten years at most; the last 30 days are shown.")
    return Period(start, end, current)
