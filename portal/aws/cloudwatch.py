"""Reads of CloudWatch metrics: sums, averages and series of plain counts.

Rates and ratios are computed by the caller: metric math is not available on every endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors
from portal.aws.paging import pages

MAX_QUERIES = 500
"""Most metrics that one GetMetricData call takes."""


@dataclass(frozen=True)
class Metric:
    """One metric to read. ``stat`` is Sum, Average, Minimum, Maximum or SampleCount."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    stat: str = "Sum"


@dataclass(frozen=True)
class Point:
    """One bucket of a series: ``at`` is its aware UTC start, ``value`` in the metric's own unit."""

    at: datetime
    value: float


def read(
    account: str, region: str, metrics: Sequence[Metric], start: datetime, end: datetime, period: int = 60
) -> list[list[Point]]:
    """Read many metrics over [start, end) in buckets of ``period`` seconds.

    Answers one ascending list for each metric, in the order asked; buckets without data are absent.
    ``start`` is moved back to a whole bucket, so that the same bucket is always cut in the same place.
    Raises AwsError.
    """
    client = session.client(account, region, "cloudwatch", role="read", purpose="metrics")
    found: dict[str, list[Point]] = {}
    with aws_errors("read metrics", account, region):
        for first in range(0, len(metrics), MAX_QUERIES):
            queries = [
                _query(first + n, metric, period) for n, metric in enumerate(metrics[first : first + MAX_QUERIES])
            ]
            window = {"StartTime": aligned(start, period), "EndTime": end, "ScanBy": "TimestampAscending"}
            for result in pages(client, "get_metric_data", "MetricDataResults", MetricDataQueries=queries, **window):
                found.setdefault(result["Id"], []).extend(_points(result))
    return [sorted(found.get(f"m{n}", []), key=lambda point: point.at) for n in range(len(metrics))]


def aligned(moment: datetime, period: int) -> datetime:
    """The start of the bucket of ``period`` seconds that holds ``moment``, counted from the epoch."""
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % period, tz=UTC)


def _query(number: int, metric: Metric, period: int) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in sorted(metric.dimensions.items())]
    named = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
    return {"Id": f"m{number}", "MetricStat": {"Metric": named, "Period": period, "Stat": metric.stat}}


def _points(result: Mapping[str, Any]) -> list[Point]:
    stamps, values = result.get("Timestamps", []), result.get("Values", [])
    return [Point(stamp.astimezone(UTC), float(value)) for stamp, value in zip(stamps, values, strict=True)]
