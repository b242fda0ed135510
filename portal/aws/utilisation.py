"""How much of a resource was used over some days, with the share of the data points that exist.

Percentiles and ratios are computed here from hourly points, because not every endpoint offers them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.aws.cloudwatch import Metric, Point, read

HOUR = 3600


@dataclass(frozen=True)
class Usage:
    """Hourly values of one metric; `expected` is how many hours the window has."""

    values: tuple[float, ...]
    expected: int

    @property
    def coverage(self) -> float:
        """Share of the expected hours that have a value, 0 to 1."""
        return min(1.0, len(self.values) / self.expected) if self.expected else 0.0

    @property
    def mean(self) -> float | None:
        """Mean of the hours that have a value; None without any."""
        return sum(self.values) / len(self.values) if self.values else None

    @property
    def total(self) -> float:
        """Sum of the hours that have a value."""
        return sum(self.values)

    def quantile(self, share: float) -> float | None:
        """The value that `share` (0 to 1) of the hours stay at or below; None without data."""
        if not self.values:
            return None
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class TableUse:
    """Consumed units of a DynamoDB table, as hourly sums."""

    reads: Usage
    writes: Usage


@dataclass(frozen=True)
class HitUse:
    """Hourly counts of answered and unanswered look-ups."""

    hits: Usage
    misses: Usage

    @property
    def hit_share(self) -> float | None:
        """Hits over all look-ups, 0 to 1; None when there were none."""
        asked = self.hits.total + self.misses.total
        return self.hits.total / asked if asked else None


@dataclass(frozen=True)
class LookupUse:
    """Hourly counts of the look-ups that an application makes and of those that find nothing."""

    lookups: Usage
    misses: Usage

    @property
    def miss_share(self) -> float | None:
        """Misses over look-ups, 0 to 1; None when there were no look-ups."""
        asked = self.lookups.total
        return min(1.0, self.misses.total / asked) if asked else None


@dataclass(frozen=True)
class FunctionUse:
    """Invocations as hourly sums and duration as hourly means in milliseconds."""

    invocations: Usage
    duration_ms: Usage


def group_cpu(account: str, region: str, names: Sequence[str], start: datetime, end: datetime) -> dict[str, Usage]:
    """Hourly mean CPU in percent by auto scaling group. Raises AwsError."""
    metrics = [Metric("AWS/EC2", "CPUUtilization", {"AutoScalingGroupName": name}, "Average") for name in names]
    return dict(zip(names, _usages(account, region, metrics, start, end), strict=True))


def table_use(account: str, region: str, names: Sequence[str], start: datetime, end: datetime) -> dict[str, TableUse]:
    """Consumed read and write units by DynamoDB table. Raises AwsError."""
    metrics = [
        Metric("AWS/DynamoDB", f"Consumed{kind}CapacityUnits", {"TableName": name})
        for name in names
        for kind in ("Read", "Write")
    ]
    found = _usages(account, region, metrics, start, end)
    return {name: TableUse(found[2 * n], found[2 * n + 1]) for n, name in enumerate(names)}


def cache_use(account: str, region: str, names: Sequence[str], start: datetime, end: datetime) -> dict[str, HitUse]:
    """Hits and misses by ElastiCache replication group. Raises AwsError."""
    metrics = [
        Metric("AWS/ElastiCache", kind, {"ReplicationGroupId": name})
        for name in names
        for kind in ("CacheHits", "CacheMisses")
    ]
    found = _usages(account, region, metrics, start, end)
    return {name: HitUse(found[2 * n], found[2 * n + 1]) for n, name in enumerate(names)}


def function_use(
    account: str, region: str, names: Sequence[str], start: datetime, end: datetime
) -> dict[str, FunctionUse]:
    """Invocations and duration by Lambda function. Raises AwsError."""
    metrics = [
        Metric("AWS/Lambda", metric, {"FunctionName": name}, stat)
        for name in names
        for metric, stat in (("Invocations", "Sum"), ("Duration", "Average"))
    ]
    found = _usages(account, region, metrics, start, end)
    return {name: FunctionUse(found[2 * n], found[2 * n + 1]) for n, name in enumerate(names)}


def lookup_use(
    account: str, region: str, spaces: Mapping[str, tuple[str, Mapping[str, str]]], start: datetime, end: datetime
) -> dict[str, LookupUse]:
    """The application's own Lookups and Misses by key, each read from its (namespace, dimensions). Raises AwsError."""
    metrics = [Metric(space, kind, where) for space, where in spaces.values() for kind in ("Lookups", "Misses")]
    found = _usages(account, region, metrics, start, end)
    return {key: LookupUse(found[2 * n], found[2 * n + 1]) for n, key in enumerate(spaces)}


def _usages(account: str, region: str, metrics: Sequence[Metric], start: datetime, end: datetime) -> list[Usage]:
    if not metrics:
        return []
    expected = max(1, int((end - start).total_seconds() // HOUR))
    series = read(account, region, metrics, start, end, HOUR)
    return [_usage(points, expected) for points in series]


def _usage(points: Sequence[Point], expected: int) -> Usage:
    return Usage(tuple(point.value for point in points), expected)
