"""No worse than before: the run's own time before the fault is the baseline, judged by `chaos.engine.steady`.

Before the fault, and where the service had no requests to compare with, there is nothing to judge: with enough requests
the steady state holds by definition, without them it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from chaos.engine.hypothesis import Probe, Reading, read
from chaos.engine.sources import Steady
from chaos.engine.steady import Counts, evidence
from chaos.probes import metric
from chaos.probes.registry import Asked, ProbeSource, check_place, resolved

LEAST = 20
"""Requests, before and since, below which nothing is said."""


def measure(probe: Probe, source: Steady, asked: Asked) -> Reading:
    """Read both stretches and compare them. Raises AwsError."""
    place = resolved(source.errors.place, asked.where)
    if place is None:
        return read(probe, None, metric.NO_PLACE)
    fault = asked.before or asked.since or asked.now
    before, age = _counts(source, probe.period, place, fault - timedelta(seconds=source.baseline), fault)
    if before.requests < LEAST:
        return read(probe, None, f"only {before.requests:.0f} requests before the fault to compare with")
    if asked.since is None:
        return read(probe, 1.0, age=age, said=f"{probe.title} before the fault: {_said(before)}.")
    since, age = _counts(source, probe.period, place, asked.since, asked.now)
    if since.requests < LEAST:
        return read(probe, None, f"only {since.requests:.0f} requests so far")
    odds = evidence(before, since, source.margin)
    holds = probe.tolerance.accepts(odds)
    words = "no evidence of a rise" if odds <= 1 else f"{odds:.0f} to 1 that it is worse"
    verdict = "is no worse than before" if holds else "is worse than before"
    return read(probe, odds, age=age, said=f"{probe.title} {verdict}: {_said(since)}, {_said(before)} before; {words}.")


def _counts(
    source: Steady, period: int, place: tuple[str, str], start: datetime, end: datetime
) -> tuple[Counts, float | None]:
    """Sums of the buckets that lie inside [start, end), and how old the newest is."""
    found = metric.series(place, [source.errors, source.requests], start, end, period, start)
    inside = [[p for p in points if p.at + timedelta(seconds=period) <= end] for points in found]
    errors, requests = (sum(point.value for point in points) for points in inside)
    newest = max((point.at for point in inside[1]), default=None)
    return Counts(requests, errors), (end - newest).total_seconds() - period if newest else None


def _said(counts: Counts) -> str:
    return f"{counts.errors:.0f} of {counts.requests:.0f} requests failed"


def check(source: Steady, where: Mapping[str, str], field: str) -> None:
    """Raise Invalid where the portal does not work in the metrics' place."""
    check_place(source.errors.place, where, f"{field}.errors")


SOURCE = ProbeSource("steady", "No worse than before", Steady, measure, check, order=50)
