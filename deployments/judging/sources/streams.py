"""Streams of CloudWatch as rows of both versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from deployments.judging.sources.contract import Asked, Row
from deployments.targets.contract import Counts
from portal.aws import cloudwatch
from portal.aws.cloudwatch import Metric, Point

ALWAYS_TOLD = {"AWS/Lambda"}
"""Namespaces that tell a count of errors even where it is 0; elsewhere no error is no datapoint."""
Series = Sequence[Sequence[Point]]


class Reader:
    """Many streams in one read: ask for each, then read, then take what was asked for."""

    def __init__(self) -> None:
        self._metrics: list[Metric] = []
        self._series: list[list[Point]] = []

    def ask(self, metrics: Sequence[Metric]) -> slice:
        """Where the series of these metrics will be."""
        first = len(self._metrics)
        self._metrics.extend(metrics)
        return slice(first, len(self._metrics))

    def read(self, asked: Asked) -> None:
        """Read all of them. Raises AwsError."""
        where = asked.target["account"], asked.target["region"]
        if self._metrics:
            self._series = cloudwatch.read(*where, self._metrics, asked.start, asked.end, asked.period)

    def series(self, place: slice) -> list[list[Point]]:
        """The series that were asked for there."""
        return self._series[place]


def count_rows(side: str, counts: Counts, requests: Series, errors: Series) -> list[Row]:
    """One row a bucket that has requests. Where errors are always told, requests without their count are left out:
    absent is not zero."""
    asked, failed = _summed(requests), _summed(errors)
    told = any(metric.namespace in ALWAYS_TOLD for metric in counts.errors)
    return [
        Row(at, side, requests=value, errors=failed.get(at, 0.0))
        for at, value in sorted(asked.items())
        if at in failed or not told
    ]


def value_rows(side: str, points: Sequence[Point]) -> list[Row]:
    """One row a bucket."""
    return [Row(point.at, side, value=point.value) for point in points]


def _summed(series: Series) -> dict[datetime, float]:
    found: dict[datetime, float] = {}
    for points in series:
        for point in points:
            found[point.at] = found.get(point.at, 0.0) + point.value
    return found
