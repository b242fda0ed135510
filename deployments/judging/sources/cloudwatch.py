"""Metrics of CloudWatch that the plan names, in the account and region of the target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployments.engine.plan import queries
from deployments.engine.plan.queries import COUNTS, VERSION
from deployments.judging.sources.contract import Asked, Row, Source
from deployments.judging.sources.streams import Reader, count_rows, value_rows
from deployments.targets.contract import Counts
from portal.aws.cloudwatch import Metric


def read(asked: Asked) -> dict[str, list[Row]]:
    """All metrics of both versions in one read. Raises AwsError."""
    reader = Reader()
    places = {
        (metric.name, side): [
            reader.ask([_stream(metric.query[name], version)]) for name in queries.series(metric.kind)
        ]
        for metric in asked.metrics
        for side, version in asked.versions.items()
    }
    reader.read(asked)
    found: dict[str, list[Row]] = {metric.name: [] for metric in asked.metrics}
    for metric in asked.metrics:
        for side, version in asked.versions.items():
            series = [reader.series(place) for place in places[metric.name, side]]
            if metric.kind == COUNTS:
                streams = [(_stream(metric.query[name], version),) for name in queries.series(COUNTS)]
                found[metric.name] += count_rows(side, Counts(*streams), *series)
            else:
                found[metric.name] += value_rows(side, series[0][0])
    return found


def _stream(query: Mapping[str, Any], version: str) -> Metric:
    dimensions = {name: value.replace(VERSION, version) for name, value in query["dimensions"].items()}
    return Metric(query["namespace"], query["name"], dimensions, query["statistic"])


SOURCE = Source("cloudwatch", "CloudWatch", read, order=20)
