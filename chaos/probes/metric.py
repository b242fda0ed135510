"""CloudWatch metrics, or the ratio of two, over the probe's window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chaos.engine.hypothesis import Probe, Reading, ratio, read
from chaos.engine.sources import Metric
from chaos.probes.registry import Asked, ProbeSource, check_place, resolved
from portal.aws import cloudwatch
from portal.aws.cloudwatch import Point

NO_PLACE = "neither the probe nor a fault names an account and a region"


def measure(probe: Probe, source: Metric, asked: Asked) -> Reading:
    """Read the window; data points that began before `since` are left out. Raises AwsError."""
    place = resolved(source.place, asked.where)
    if place is None:
        return read(probe, None, NO_PLACE)
    metrics = [source, *([source.per] if source.per else [])]
    found = series(place, metrics, asked.start(probe.window), asked.now, probe.period, asked.since)
    values = [value(one, [point.value for point in points]) for one, points in zip(metrics, found, strict=True)]
    ends = [point.at.timestamp() + probe.period for points in found for point in points]
    age = max(0.0, asked.now.timestamp() - max(ends)) if ends else None
    return read(probe, ratio(values[0], values[1]) if source.per else values[0], age=age)


def series(
    place: tuple[str, str], metrics: Sequence[Metric], start: datetime, end: datetime, period: int,
    since: datetime | None,
) -> list[list[Point]]:  # fmt: skip
    """The data points of each metric that began in [since, end). Raises AwsError."""
    wanted = [cloudwatch.Metric(m.namespace, m.name, dict(m.dimensions), m.statistic) for m in metrics]
    found = cloudwatch.read(*place, wanted, start, end, period)
    return [[point for point in points if since is None or point.at >= since] for points in found]


def value(metric: Metric, points: Sequence[float]) -> float | None:
    """One number for the window: counts are added, averages averaged; no points is None, or 0 where it may be missing."""
    if not points:
        return 0.0 if metric.missing == "zero" else None
    if metric.statistic in ("Sum", "SampleCount"):
        return sum(points)
    if metric.statistic == "Minimum":
        return min(points)
    return max(points) if metric.statistic == "Maximum" else sum(points) / len(points)


def check(source: Metric, where: Mapping[str, str], field: str) -> None:
    """Raise Invalid where the portal does not work in the metric's place."""
    check_place(source.place, where, field)


SOURCE = ProbeSource("metric", "CloudWatch metric", Metric, measure, check, order=10)
