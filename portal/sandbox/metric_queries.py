"""Queries over the metric store, as GetMetricData and metric alarms ask them: statistics of metrics, and math over those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import metric_math, statistics
from .metric_math import BadExpression, Series, Value
from .state import Place, State

USUAL_PERIOD = 60.0


@dataclass(frozen=True)
class Window:
    """Whose metrics, and from when up to, not including, when (seconds since the epoch)."""

    place: Place
    start: float
    end: float

    def times(self, period: float) -> list[float]:
        """The starts of the periods in it."""
        first = self.start // period * period
        return [first + number * period for number in range(int((self.end - first + period - 1) // period))]


def dimensions(listed: Sequence[Mapping[str, str]] | None) -> dict[str, str]:
    """Dimensions as AWS lists them, by name."""
    return {item["Name"]: item.get("Value", "") for item in listed or []}


def series(state: State, window: Window, stat: Mapping[str, Any]) -> Series:
    """One MetricStat of a query. Raises BadExpression for a statistic that the sandbox does not have."""
    if not statistics.known(stat["Stat"]):
        raise BadExpression(f"The sandbox knows only the statistics {statistics.KNOWN}.")
    metric = stat["Metric"]
    found = state.metrics.parts(
        window.place, metric["Namespace"], metric["MetricName"], dimensions(metric.get("Dimensions")),
        window.start, window.end, float(stat["Period"]),
    )  # fmt: skip
    return {start: statistics.value(stat["Stat"], points) for start, points in found.items()}


def answers(state: State, window: Window, queries: Sequence[Mapping[str, Any]]) -> dict[str, Value]:
    """The value of each query by its id; an expression may name any other. Raises BadExpression."""
    known: dict[str, Value] = {
        query["Id"]: series(state, window, query["MetricStat"]) for query in queries if query.get("MetricStat")
    }
    waiting = {query["Id"]: query for query in queries if not query.get("MetricStat")}
    for _ in range(len(waiting)):
        ready = [
            query for query in waiting.values() if not _names(query["Expression"]) & (waiting.keys() - {query["Id"]})
        ]
        for query in ready or list(waiting.values())[:1]:
            period = _period(query, queries)
            known[query["Id"]] = metric_math.evaluate(query["Expression"], known, period, window.times(period))
            del waiting[query["Id"]]
    return known


def points(value: Value, times: Sequence[float]) -> Series:
    """A value as a series; a number is the same in every period."""
    return value if isinstance(value, dict) else dict.fromkeys(times, value)


def _period(query: Mapping[str, Any], queries: Sequence[Mapping[str, Any]]) -> float:
    """The query's own period, else the longest of the metrics."""
    others = [float(one["MetricStat"]["Period"]) for one in queries if one.get("MetricStat")]
    return float(query.get("Period") or max(others, default=USUAL_PERIOD))


def _names(expression: str) -> set[str]:
    return {word for word in "".join(c if c.isalnum() or c == "_" else " " for c in expression).split() if word}
