"""A PromQL query that gives one value now. `$window` in it becomes the seconds that the measurement may look back."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from chaos.engine.hypothesis import Probe, Reading, read
from chaos.engine.shape import Invalid
from chaos.engine.sources import Prometheus
from chaos.probes.registry import Asked, ProbeSource
from portal import outbound, prometheus
from portal.prometheus import PrometheusError, unusable

PATH = "/api/v1/query"
WINDOW = "$window"
SECONDS = 4.0


def measure(probe: Probe, source: Prometheus, asked: Asked) -> Reading:
    """Ask once. No series is no data; more than one cannot be judged. Raises PrometheusError."""
    window = max(1, round((asked.now - asked.start(probe.window)).total_seconds()))
    form = {"query": source.query.replace(WINDOW, str(window)), "time": asked.now.timestamp()}
    found = prometheus.ask(source.server, PATH, form, "vector", seconds=asked.patience(SECONDS))
    if len(found) > 1:
        raise PrometheusError(source.server, "shape", f"The query gives {len(found)} series: sum them into one")
    if not found:
        return read(probe, None, "the query gives no series")
    at, value = _sample(found[0], source.server)
    if not isfinite(value):
        return read(probe, None, "the query gives no number, as a division by zero does")
    return read(probe, value, age=max(0.0, asked.now.timestamp() - at))


def _sample(row: Any, server: str) -> tuple[float, float]:
    try:
        at, value = row["value"]
        return float(at), float(value)
    except (ValueError, KeyError, TypeError) as error:
        raise unusable(server) from error


def check(source: Prometheus, where: Mapping[str, str], field: str) -> None:
    """Raise Invalid where the server is not set up, or its host may not be called."""
    try:
        outbound.check(prometheus.address(source.server))
    except (PrometheusError, outbound.Forbidden) as error:
        raise Invalid(f"{field}.server", f"{str(error).rstrip('.')}.") from error


SOURCE = ProbeSource("prometheus", "Prometheus query", Prometheus, measure, check, order=20)
