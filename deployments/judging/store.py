"""Samples in and out of the database: counts that the charts show as `MetricSample`, all else as `MetricPoint`.

A bucket that is read or pushed again replaces what was there, side by side: it is never counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Max

from deployments.engine.judges.measured import Bucket, Measured
from deployments.engine.plan.analysis import ERRORS, Analysis, Metric
from deployments.engine.plan.queries import COUNTS, TARGET
from deployments.engine.sequential import Interval
from deployments.judging.sources.contract import Row
from deployments.judging.values import pairs
from deployments.models import MetricPoint, MetricSample, Rollout
from deployments.models.judgement import BASELINE, CANARY, SIDES

TRAFFIC = replace(ERRORS, name="traffic", muted=True)
"""What is counted of the target for its number of requests, where no metric of the plan counts."""


def sampled(analysis: Analysis) -> Metric:
    """The metric that is kept as samples."""
    return analysis.counts or TRAFFIC


def keep(rollout: Rollout, metric: Metric, rows: Iterable[Row]) -> int:
    """Store rows; answers how many buckets they are of."""
    found = list(rows)
    if metric.name == sampled(rollout.plan.plan.analysis).name:
        for side in SIDES:
            _keep_samples(rollout, side, [row for row in found if row.side == side])
    else:
        points = [
            MetricPoint(
                rollout=rollout, metric=metric.name, at=row.at, side=row.side, requests=row.requests, errors=row.errors,
                value=row.value, detail=row.detail,
            )
            for row in found
        ]  # fmt: skip
        MetricPoint.objects.bulk_create(
            points,
            update_conflicts=True,
            unique_fields=["rollout", "metric", "at", "side"],
            update_fields=["requests", "errors", "value", "detail"],
        )
    return len({row.at for row in found})


def _keep_samples(rollout: Rollout, side: str, rows: Sequence[Row]) -> None:
    columns = [f"{side}_requests", f"{side}_errors"]
    samples = [
        MetricSample(
            rollout=rollout, at=row.at, **dict(zip(columns, (row.requests or 0, row.errors or 0), strict=True))
        )
        for row in rows
    ]
    MetricSample.objects.bulk_create(
        samples, update_conflicts=True, unique_fields=["rollout", "at"], update_fields=columns
    )


def last_bucket(rollout: Rollout, metrics: Sequence[Metric]) -> datetime | None:
    """The start of the newest bucket that is stored of any of these metrics."""
    names = [metric.name for metric in metrics]
    found = [MetricPoint.objects.filter(rollout=rollout, metric__in=names).aggregate(at=Max("at"))["at"]]
    if sampled(rollout.plan.plan.analysis).name in names:
        found.append(MetricSample.objects.filter(rollout=rollout).aggregate(at=Max("at"))["at"])
    return max((at for at in found if at is not None), default=None)


def load(rollout: Rollout, analysis: Analysis) -> tuple[list[Measured], list[MetricSample]]:
    """All metrics of an analysis with what is stored of them, and the samples; two queries."""
    samples = list(MetricSample.objects.filter(rollout=rollout).order_by("at"))
    points: dict[str, list[MetricPoint]] = {}
    for point in MetricPoint.objects.filter(rollout=rollout).order_by("at"):
        points.setdefault(point.metric, []).append(point)
    kept = sampled(rollout.plan.plan.analysis).name
    return [_measured(metric, samples if metric.name == kept else None, points) for metric in analysis.metrics], samples


def never_measured(one: Measured) -> bool:
    """Whether it is a stream that the target does not have: nobody asked for it, so nothing is said of it."""
    return one.metric.source == TARGET and not one.metric.must_have_data and not one.times()


def _measured(metric: Metric, samples: Sequence[MetricSample] | None, points: dict[str, list[MetricPoint]]) -> Measured:
    if samples is not None and metric.kind == COUNTS:
        return Measured(metric, [Bucket(sample.at.timestamp(), interval(sample)) for sample in samples])
    mine = points.get(metric.name, [])
    return Measured(metric, _buckets(mine)) if metric.kind == COUNTS else Measured(metric, pairs=pairs(metric, mine))


def interval(sample: MetricSample) -> Interval:
    """A sample as the engine reads it."""
    return Interval(sample.canary_requests, sample.canary_errors, sample.baseline_requests, sample.baseline_errors)


def _buckets(points: Iterable[MetricPoint]) -> list[Bucket]:
    found: dict[datetime, dict[str, tuple[float, float]]] = {}
    for point in points:
        found.setdefault(point.at, {})[point.side] = (point.requests or 0.0, point.errors or 0.0)
    return [
        Bucket(at.timestamp(), Interval(*sides.get(CANARY, (0.0, 0.0)), *sides.get(BASELINE, (0.0, 0.0))))
        for at, sides in sorted(found.items())
    ]
