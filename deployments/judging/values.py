"""Stored points as pairs of values: percentiles are computed here, over as many buckets as they need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import inf
from typing import Any

from deployments.engine import percentiles
from deployments.engine.plan.analysis import Metric
from deployments.engine.symmetric import Pair
from deployments.models import MetricPoint
from deployments.models.judgement import SIDES


def pairs(metric: Metric, points: Iterable[MetricPoint]) -> list[Pair]:
    """One pair a bucket. Buckets with too few requests for the percentile are put together with those after them."""
    by_time: dict[datetime, dict[str, MetricPoint]] = {}
    for point in points:
        by_time.setdefault(point.at, {})[point.side] = point
    found: list[Pair] = []
    waiting: list[dict[str, MetricPoint]] = []
    for at, sides in sorted(by_time.items()):
        if any(point.detail is None for point in sides.values()):
            found.append(Pair(at.timestamp(), *(_plain(sides.get(side)) for side in SIDES)))
            continue
        waiting.append(sides)
        gathered = [[row[side].detail for row in waiting if side in row] for side in SIDES]
        if all(_size(details) >= percentiles.enough(metric.quantile) for details in gathered):
            begin = min(point.at for point in waiting[0].values()).timestamp()
            found.append(Pair(begin, *(_quantile(details, metric.quantile) for details in gathered)))
            waiting = []
    if waiting:
        # Too few as yet: the canary's side is told, so that one sees it has not stopped, but nothing is compared.
        last = max(point.at for row in waiting for point in row.values()).timestamp()
        found.append(Pair(last, None, None))
    return found


def _plain(point: MetricPoint | None) -> float | None:
    return point.value if point is not None else None


def _size(details: Sequence[Mapping[str, Any] | None]) -> float:
    return sum(len(one["values"]) if "values" in one else sum(one["le"].values()) for one in details if one)


def _quantile(details: Sequence[Mapping[str, Any] | None], quantile: float) -> float | None:
    lists = [one["values"] for one in details if one and "values" in one]
    if lists:
        return percentiles.of_values(sorted(value for one in lists for value in one), quantile)
    found = [{_end(end): count for end, count in one["le"].items()} for one in details if one]
    return percentiles.of_histogram(percentiles.merged(found), quantile)


def _end(text: str) -> float:
    return inf if text == "+Inf" else float(text)
