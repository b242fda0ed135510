"""The two charts of a rollout: error rates of both versions, and the evidence that the canary is worse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from deployments.models import Judgement, MetricSample, Rollout, RolloutSegment
from portal.charts.lines import Limit, LineChart, Marker, Series

WINDOW = 6
"""Buckets that a point of the error chart covers: single buckets of a small canary are mostly noise."""
MOST_POINTS = 240
LEAST_ODDS = 0.001  # what is less likely than this is drawn at the foot


def errors(rollout: Rollout, segments: Sequence[RolloutSegment]) -> LineChart:
    """Errors per request of both versions, over a moving window of six buckets."""
    newest = MetricSample.objects.filter(rollout=rollout).order_by("-at")[: MOST_POINTS + WINDOW]
    samples = sorted(newest, key=lambda sample: sample.at)
    previous = rollout.previous_version or rollout.target.get("restore", {}).get("version", "before")
    series = [
        Series(f"canary {rollout.version}", "canary", _rates(samples, "canary")),
        Series(f"baseline {previous}", "baseline", _rates(samples, "baseline")),
    ]
    markers = [
        Marker(segment.started_at, f"{segment.name}, {segment.weight:g} %")
        for segment in segments
        if segment.started_at and segment.order and samples and segment.started_at >= samples[0].at
    ]
    return LineChart("Errors, canary against baseline", series, markers=markers, unit="%", scale=100)


def evidence(rollout: Rollout, roll_back_at: float) -> LineChart:
    """The evidence at each look, as odds to 1, up to the bound where the canary is rolled back."""
    newest = Judgement.objects.filter(rollout=rollout).order_by("-id").values_list("at", "evidence")[:MOST_POINTS]
    points = [(at, min(value, roll_back_at * 1.05)) for at, value in sorted(newest)]
    limit = Limit(roll_back_at, f"roll back at {roll_back_at:g} : 1")
    label = "Evidence that it is worse, odds to 1, each line ten times the one below"
    return LineChart(
        label, [Series("evidence", "canary", points)], limits=[limit], low=_floor(points), high=roll_back_at * 2, height=140,
        log=True,
    )  # fmt: skip


def _floor(points: Sequence[tuple[datetime, float]]) -> float:
    """The power of ten below the least evidence, from a thousandth to a tenth to 1."""
    least = max(min((value for _, value in points), default=1.0), LEAST_ODDS)
    return min(0.1, 10.0 ** math.floor(math.log10(least)))


def _rates(samples: Sequence[MetricSample], side: str) -> list[tuple[datetime | float, float]]:
    points: list[tuple[datetime | float, float]] = []
    for last in range(len(samples)):
        window = samples[max(0, last - WINDOW + 1) : last + 1]
        requests = sum(getattr(sample, f"{side}_requests") for sample in window)
        if requests and getattr(samples[last], f"{side}_requests"):
            points.append((samples[last].at, sum(getattr(sample, f"{side}_errors") for sample in window) / requests))
    return points
