"""Prometheus as a source of canary metrics: range queries for both versions.

A value at the moment t covers what came before it, so it belongs to the bucket that starts one period earlier. Percentiles
are computed here from the increase of each histogram bucket. NaN and infinite values are missing ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import inf, isfinite
from typing import Any

from deployments.engine.percentiles import from_cumulative
from deployments.engine.plan.analysis import Metric
from deployments.engine.plan.queries import COUNTS, PERIOD, VERSION
from deployments.judging.sources.contract import Asked, Row, Source, SourceError
from portal import prometheus
from portal.prometheus import PrometheusError, unusable

PATH = "/api/v1/query_range"
Values = dict[datetime, float]


def read(asked: Asked) -> dict[str, list[Row]]:
    """All metrics of both versions, one query after the other. Raises SourceError."""
    return {
        metric.name: [row for side, version in asked.versions.items() for row in _rows(asked, metric, side, version)]
        for metric in asked.metrics
    }


def _rows(asked: Asked, metric: Metric, side: str, version: str) -> list[Row]:
    server = metric.query["server"]

    def ask(name: str) -> list[tuple[Mapping[str, str], Values]]:
        text = metric.query[name].replace(VERSION, _quoted(version)).replace(PERIOD, str(asked.period))
        return _ask(server, text, asked)

    if metric.kind == COUNTS:
        requests, errors = (_one(ask(name), server, name) for name in ("requests", "errors"))
        # A counter of errors that has never counted is no series at all.
        return [Row(at, side, requests=value, errors=errors.get(at, 0.0)) for at, value in sorted(requests.items())]
    if "histogram" in metric.query:
        return _histograms(ask("histogram"), side)
    return [Row(at, side, value=value) for at, value in sorted(_one(ask("value"), server, "value").items())]


def _histograms(series: list[tuple[Mapping[str, str], Values]], side: str) -> list[Row]:
    upto: dict[datetime, list[tuple[float, float]]] = {}
    for labels, values in series:
        for at, count in values.items():
            upto.setdefault(at, []).append((_bound(labels.get("le", "")), count))
    return [
        Row(at, side, detail={"le": {"+Inf" if end == inf else repr(end): count for end, count in found.items()}})
        for at, found in sorted((at, from_cumulative(pairs)) for at, pairs in upto.items())
    ]


def _ask(server: str, query: str, asked: Asked) -> list[tuple[Mapping[str, str], Values]]:
    step = timedelta(seconds=asked.period)
    window = {"start": (asked.start + step).timestamp(), "end": asked.end.timestamp(), "step": asked.period}
    try:
        found = prometheus.ask(server, PATH, {"query": query, **window}, "matrix")
    except PrometheusError as error:
        raise _trouble(server, error.code, str(error)) from error
    try:
        return [(item["metric"], _values(item["values"], step)) for item in found]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise _trouble(server, "200", str(unusable(server))) from error


def _values(pairs: Any, step: timedelta) -> Values:
    found = {datetime.fromtimestamp(float(at), UTC) - step: float(value) for at, value in pairs}
    return {at: value for at, value in found.items() if isfinite(value)}


def _one(series: list[tuple[Mapping[str, str], Values]], server: str, name: str) -> Values:
    if len(series) > 1:
        raise _trouble(server, "shape", f"The query {name} gives {len(series)} series: sum them into one")
    return series[0][1] if series else {}


def _bound(text: str) -> float:
    return inf if text in ("+Inf", "inf", "") else float(text)


def _quoted(version: str) -> str:
    """A version cannot leave the quotes that it stands in."""
    return version.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "")


def _trouble(server: str, code: str, message: str) -> SourceError:
    return SourceError("read metrics", "Prometheus", server, code, message.rstrip("."))


SOURCE = Source("prometheus", "Prometheus", read, order=30)
