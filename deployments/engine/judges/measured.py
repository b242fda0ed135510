"""What was measured of one metric, bucket by bucket, for both versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum
from statistics import fmean, median

from deployments.engine.kayenta.config import DECREASE
from deployments.engine.plan.analysis import Metric
from deployments.engine.plan.queries import COUNTS
from deployments.engine.sequential import Interval
from deployments.engine.symmetric import Pair


@dataclass(frozen=True)
class Bucket:
    """The counts of the bucket that starts `at` (seconds since 1970)."""

    at: float
    interval: Interval


@dataclass(frozen=True)
class Measured:
    """One metric's buckets in time order: `buckets` where it counts, `pairs` where it has values.

    silent: values have come, or should have, but not of late; then the metric has no data, whatever came before.
    """

    metric: Metric
    buckets: Sequence[Bucket] = ()
    pairs: Sequence[Pair] = ()
    silent: bool = False

    @property
    def intervals(self) -> list[Interval]:
        """The counts, without their times."""
        return [bucket.interval for bucket in self.buckets]

    @property
    def no_data(self) -> bool:
        """Whether nothing can be compared."""
        return self.silent or not self.comparable

    @property
    def comparable(self) -> int:
        """How many buckets have both versions."""
        counted = sum(bucket.interval.comparable for bucket in self.buckets)
        return counted if self.metric.kind == COUNTS else sum(pair.comparable for pair in self.pairs)

    def within(self, begin: float, end: float) -> Measured:
        """The buckets that start in [begin, end)."""
        buckets = [bucket for bucket in self.buckets if begin <= bucket.at < end]
        return replace(self, buckets=buckets, pairs=[pair for pair in self.pairs if begin <= pair.at < end])

    def times(self) -> list[float]:
        """When each bucket starts."""
        return [row.at for row in (self.buckets if self.metric.kind == COUNTS else self.pairs)]

    def values(self) -> tuple[list[float | None], list[float | None]]:
        """One value a bucket of the canary and of the baseline: the rate of errors, or the value itself."""
        if self.metric.kind != COUNTS:
            return [pair.canary for pair in self.pairs], [pair.baseline for pair in self.pairs]
        intervals = self.intervals
        ours = [_rate(one.canary_errors, one.canary_requests) for one in intervals]
        return ours, [_rate(one.baseline_errors, one.baseline_requests) for one in intervals]

    def summary(self) -> tuple[float | None, float | None]:
        """One number a version over all buckets that can be compared: the rate, or the median of the values."""
        if self.metric.kind == COUNTS:
            kept = [one for one in self.intervals if one.comparable]
            return (
                _rate(fsum(one.canary_errors for one in kept), fsum(one.canary_requests for one in kept)),
                _rate(fsum(one.baseline_errors for one in kept), fsum(one.baseline_requests for one in kept)),
            )
        both = [
            (pair.canary, pair.baseline) for pair in self.pairs if pair.canary is not None and pair.baseline is not None
        ]
        return (median(one for one, _ in both), median(other for _, other in both)) if both else (None, None)


def swapped(intervals: Sequence[Interval]) -> list[Interval]:
    """Canary and baseline in each other's place: for what is worse when it falls."""
    return [
        Interval(one.baseline_requests, one.baseline_errors, one.canary_requests, one.canary_errors)
        for one in intervals
    ]


def falls(metric: Metric) -> bool:
    """Whether less is worse."""
    return metric.direction == DECREASE


def window_mean(values: Sequence[float | None]) -> float | None:
    """The mean of what is there; None for nothing."""
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _rate(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
