"""Measure the steady state: read the metrics of a hypothesis from CloudWatch and judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chaos.engine.hypothesis import Hypothesis, Metric, Outcome, Probe, Reading, ratio, read
from portal.aws import cloudwatch
from portal.aws.errors import AwsError


def measure(
    hypothesis: Hypothesis, where: Mapping[str, str], now: datetime, since: datetime | None = None
) -> list[Reading]:
    """One reading for each probe. `where` names account and region.

    Data points that began before `since` are left out: they tell of another stage of the run. A read that fails is
    an unknown reading with the reason, never an exception.
    """
    return [_reading(probe, where, now, since) for probe in hypothesis.probes]


def _reading(probe: Probe, where: Mapping[str, str], now: datetime, since: datetime | None) -> Reading:
    start = now - timedelta(seconds=probe.window)
    if since is not None and since > start:
        start = since
    metrics = [probe.metric, *([probe.per] if probe.per else [])]
    wanted = [cloudwatch.Metric(m.namespace, m.name, dict(m.dimensions), m.statistic) for m in metrics]
    try:
        series = cloudwatch.read(where["account"], where["region"], wanted, start, now, probe.period)
    except AwsError as error:
        return read(probe, None, str(error)[:300])
    values = [
        value(metric, [point.value for point in points if since is None or point.at >= since])
        for metric, points in zip(metrics, series, strict=True)
    ]
    return read(probe, ratio(values[0], values[1]) if probe.per else values[0])


def value(metric: Metric, points: Sequence[float]) -> float | None:
    """One number for the window: counts are added, averages averaged; no points is None, or 0 where it may be missing."""
    if not points:
        return 0.0 if metric.missing == "zero" else None
    if metric.statistic in ("Sum", "SampleCount"):
        return sum(points)
    if metric.statistic == "Minimum":
        return min(points)
    return max(points) if metric.statistic == "Maximum" else sum(points) / len(points)


def stored(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """Readings as JSON."""
    return [
        {
            "key": r.key,
            "title": r.title,
            "unit": r.unit,
            "value": r.value,
            "outcome": r.outcome.value,
            "sentence": r.sentence,
        }
        for r in readings
    ]


def restored(rows: Sequence[Mapping[str, Any]]) -> tuple[Reading, ...]:
    """Readings from JSON."""
    return tuple(
        Reading(r["key"], r["title"], r["unit"], r["value"], Outcome(r["outcome"]), r["sentence"]) for r in rows
    )
