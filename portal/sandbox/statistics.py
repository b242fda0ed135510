"""What one period of a metric answers to a statistic: the five plain ones, percentiles and trimmed means.

A percentile is by nearest rank. CloudWatch has none for a statistic set whose values differ; here its samples are taken to
be the lowest, the highest, and the others at the mean of the rest, so that the demo's latencies have percentiles too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

PLAIN = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
KNOWN = f"{', '.join(PLAIN)}, percentiles such as p99, trimmed means such as tm95, and IQM"
RANKED = re.compile(r"(p|tm)(\d{1,2}(?:\.\d{1,2})?|100)")

Samples = list[tuple[float, float]]
"""(value, how often it was seen)."""


@dataclass(frozen=True)
class Bucket:
    """Statistics of one period: `start` in seconds since the epoch, the rest in the metric's unit."""

    start: float
    total: float
    count: float
    low: float
    high: float

    def statistic(self, name: str) -> float:
        """Sum, SampleCount, Average, Minimum or Maximum; KeyError for any other statistic."""
        average = self.total / self.count if self.count else 0.0
        return {
            "Sum": self.total,
            "SampleCount": self.count,
            "Average": average,
            "Minimum": self.low,
            "Maximum": self.high,
        }[name]

    def samples(self) -> Samples:
        """Its samples, as far as the four numbers tell."""
        if self.count <= 2 or self.low == self.high:
            return [(self.low, self.count / 2), (self.high, self.count / 2)]
        rest = (self.total - self.low - self.high) / (self.count - 2)
        return [(self.low, 1.0), (rest, self.count - 2), (self.high, 1.0)]


def known(name: str) -> bool:
    """Whether the sandbox answers to the statistic."""
    return name in PLAIN or name == "IQM" or RANKED.fullmatch(name) is not None


def value(name: str, parts: Sequence[Bucket]) -> float:
    """The statistic of the points of one period. `name` must be `known`, `parts` not empty."""
    if name in PLAIN:
        return whole(parts).statistic(name)
    samples = sorted(sample for part in parts for sample in part.samples())
    if name == "IQM":
        return _mean(samples, 0.25, 0.75)
    found = RANKED.fullmatch(name)
    share = float(found[2]) / 100 if found else 0.5
    return _rank(samples, share) if name.startswith("p") else _mean(samples, 0.0, share)


def whole(parts: Sequence[Bucket]) -> Bucket:
    """Many points as one."""
    return Bucket(
        parts[0].start,
        sum(part.total for part in parts),
        sum(part.count for part in parts),
        min(part.low for part in parts),
        max(part.high for part in parts),
    )


def _rank(samples: Samples, share: float) -> float:
    wanted, seen = share * sum(weight for _, weight in samples), 0.0
    for figure, weight in samples:
        seen += weight
        if seen >= wanted - 1e-9:
            return figure
    return samples[-1][0]


def _mean(samples: Samples, low: float, high: float) -> float:
    """The mean of what lies between two shares of all samples."""
    size = sum(weight for _, weight in samples)
    first, last, seen, total = low * size, high * size, 0.0, 0.0
    for figure, weight in samples:
        total += figure * max(0.0, min(seen + weight, last) - max(seen, first))
        seen += weight
    return total / (last - first) if last > first else samples[0][0]
