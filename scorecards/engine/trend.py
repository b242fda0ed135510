"""From change points to values at dates. A change point holds from its instant until the next one of its series."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

Value = TypeVar("Value")
Series = TypeVar("Series", bound=Hashable)


def values_at(points: Sequence[tuple[datetime, Value]], dates: Sequence[datetime]) -> list[Value | None]:
    """The value that held at each date (None before the first point). `points` sorted by instant."""
    instants = [instant for instant, _value in points]
    found: list[Value | None] = []
    for date in dates:
        position = bisect_right(instants, date)
        found.append(points[position - 1][1] if position else None)
    return found


def counts_at(
    series: Mapping[Series, Sequence[tuple[datetime, str]]], dates: Sequence[datetime]
) -> list[dict[str, int]]:
    """How many series held each value at each date; series that had not begun, or had ended (""), are not counted."""
    totals: list[Counter[str]] = [Counter() for _ in dates]
    for points in series.values():
        for total, value in zip(totals, values_at(points, dates), strict=True):
            if value:
                total[value] += 1
    return [dict(total) for total in totals]


def delta(points: Sequence[tuple[datetime, float | None]], since: datetime) -> float | None:
    """Last value minus the one at `since`, or minus the first value when the history is younger; None without two."""
    scores = [(instant, value) for instant, value in points if value is not None]
    if not scores:
        return None
    base = values_at(scores, [since])[0]
    start = scores[0][1] if base is None else base
    return round(scores[-1][1] - start, 1)


def calendar(start: datetime, end: datetime, steps: int) -> list[datetime]:
    """`steps` instants from start to end, both included and evenly apart; one instant when they are the same."""
    if steps < 2 or end <= start:
        return [end]
    span: timedelta = (end - start) / (steps - 1)
    return [start + span * number for number in range(steps - 1)] + [end]


def grouped(rows: Iterable[tuple[Series, datetime, Value]]) -> dict[Series, list[tuple[datetime, Value]]]:
    """Rows of (series, instant, value) as change points by series, each sorted by instant."""
    found: dict[Series, list[tuple[datetime, Value]]] = {}
    for key, instant, value in rows:
        found.setdefault(key, []).append((instant, value))
    for points in found.values():
        points.sort(key=lambda point: point[0])
    return found
