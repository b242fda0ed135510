"""A small CloudWatch metric store: fast window reads, and memory that stays bounded.

moto keeps every datum as an object in one list per region and scans it on each read; with a clock that publishes every
ten seconds that grows without end. Here a series is five parallel arrays ordered by time.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .statistics import Bucket, whole

HOUR = 3600.0
KEEP_FINE = 3 * HOUR
"""Points younger than this keep their own time, as CloudWatch keeps high-resolution points for three hours."""
KEEP = 15 * 24 * HOUR

Dimensions = frozenset[tuple[str, str]]
SeriesKey = tuple[str, str, str, str, Dimensions]
"""(account id, region, namespace, metric name, dimensions)."""


@dataclass
class Series:
    """Points of one metric, ordered by time."""

    unit: str = "None"
    times: array[float] = field(default_factory=lambda: array("d"))
    totals: array[float] = field(default_factory=lambda: array("d"))
    counts: array[float] = field(default_factory=lambda: array("d"))
    lows: array[float] = field(default_factory=lambda: array("d"))
    highs: array[float] = field(default_factory=lambda: array("d"))

    def columns(self) -> tuple[array[float], ...]:
        """The five parallel arrays: times, totals, counts, lows, highs."""
        return self.times, self.totals, self.counts, self.lows, self.highs

    def add(self, when: float, total: float, count: float, low: float, high: float) -> None:
        """Insert a point at its place; appending is the common case."""
        at = len(self.times) if not self.times or when >= self.times[-1] else bisect_left(self.times, when)
        for column, value in zip(self.columns(), (when, total, count, low, high), strict=True):
            column.insert(at, value)

    def buckets(self, start: float, end: float, period: float) -> list[Bucket]:
        """Points with start <= time < end, added up by clock-aligned periods of `period` seconds, oldest first."""
        return [whole(parts) for parts in self.parts(start, end, period).values()]

    def parts(self, start: float, end: float, period: float) -> dict[float, list[Bucket]]:
        """The same points one by one, by the start of their period, oldest first."""
        rows: dict[float, list[Bucket]] = {}
        for at in range(bisect_left(self.times, start), bisect_left(self.times, end)):
            key = self.times[at] // period * period
            point = Bucket(key, self.totals[at], self.counts[at], self.lows[at], self.highs[at])
            rows.setdefault(key, []).append(point)
        return rows

    def trim(self, now: float) -> None:
        """Drop points older than 15 days, and roll points older than three hours up to whole hours."""
        fine_from = (now - KEEP_FINE) // HOUR * HOUR
        old = self.buckets(now - KEEP, fine_from, HOUR)
        if bisect_left(self.times, fine_from) == len(old) and not (self.times and self.times[0] < now - KEEP):
            return
        cut = bisect_left(self.times, fine_from)
        rolled = [(row.start, row.total, row.count, row.low, row.high) for row in old]
        for column, values in zip(self.columns(), zip(*rolled, strict=True) if rolled else [()] * 5, strict=True):
            column[:cut] = array("d", values)


class MetricStore:
    """All series of all accounts; safe to use from several threads."""

    def __init__(self) -> None:
        self._series: dict[SeriesKey, Series] = {}
        self._lock = threading.RLock()

    def put(
        self,
        place: tuple[str, str],
        namespace: str,
        name: str,
        dimensions: Mapping[str, str],
        when: float,
        value: float,
        *,
        count: float = 1.0,
        low: float | None = None,
        high: float | None = None,
        unit: str = "None",
    ) -> None:
        """Add one point. `value` is the sum of `count` samples; low and high default to their average."""
        mean = value / count if count else 0.0
        key = (*place, namespace, name, frozenset(dimensions.items()))
        with self._lock:
            series = self._series.setdefault(key, Series(unit=unit))
            series.add(when, value, count, mean if low is None else low, mean if high is None else high)

    def parts(
        self,
        place: tuple[str, str],
        namespace: str,
        name: str,
        dimensions: Mapping[str, str],
        start: float,
        end: float,
        period: float,
    ) -> dict[float, list[Bucket]]:
        """The points of one series by the start of their period, oldest first; an unknown series has none."""
        with self._lock:
            series = self._series.get((*place, namespace, name, frozenset(dimensions.items())))
            return series.parts(start, end, period) if series else {}

    def read(self, place: tuple[str, str], namespace: str, name: str, *window: Any) -> list[Bucket]:
        """`parts` added up by period, oldest first."""
        return [whole(points) for points in self.parts(place, namespace, name, *window).values()]

    def unit(self, place: tuple[str, str], namespace: str, name: str, dimensions: Mapping[str, str]) -> str:
        """Unit given when the series was first written, "None" for an unknown one."""
        series = self._series.get((*place, namespace, name, frozenset(dimensions.items())))
        return series.unit if series else "None"

    def names(self, place: tuple[str, str]) -> Iterator[tuple[str, str, Dimensions]]:
        """(namespace, metric, dimensions) of every series of one account and region, sorted."""
        with self._lock:
            found: Iterable[SeriesKey] = [key for key in self._series if key[:2] == place]
        for key in sorted(found, key=lambda item: (item[2], item[3], sorted(item[4]))):
            yield key[2], key[3], key[4]

    def points(self) -> int:
        """Number of stored points, for tests and the status page."""
        with self._lock:
            return sum(len(series.times) for series in self._series.values())

    def trim(self, now: float) -> None:
        """Apply the retention to every series; call it every few minutes."""
        with self._lock:
            for series in self._series.values():
                series.trim(now)

    def clear(self) -> None:
        """Forget all series."""
        with self._lock:
            self._series.clear()
