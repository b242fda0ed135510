"""CloudWatch metrics on the sandbox's own store; alarms and dashboards stay with moto, and the clock evaluates the alarms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from portal.sandbox import metric_queries, statistics
from portal.sandbox.metric_math import BadExpression
from portal.sandbox.metric_queries import Window, dimensions
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

PAGE = 500


def _seconds(when: datetime) -> float:
    return when.replace(tzinfo=UTC).timestamp() if when.tzinfo is None else when.timestamp()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _window(params: Mapping[str, Any]) -> tuple[float, float]:
    start, end = _seconds(params["StartTime"]), _seconds(params["EndTime"])
    if start >= end:
        raise Refused("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
    return start, end


@handles("cloudwatch", "PutMetricData")
def put_metric_data(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Store single values, value lists with counts, and statistic sets."""
    place = (context.account, context.region)
    for datum in params.get("MetricData", []):
        when = _seconds(datum["Timestamp"]) if "Timestamp" in datum else state.wall()
        metric = (place, params["Namespace"], datum["MetricName"], dimensions(datum.get("Dimensions")))
        for total, count, low, high in _figures(datum):
            state.metrics.put(*metric, when, total, count=count, low=low, high=high, unit=datum.get("Unit", "None"))
    return {}


def _figures(datum: Mapping[str, Any]) -> list[tuple[float, float, float, float]]:
    """(sum, sample count, minimum, maximum) of each value of one datum, so that percentiles are exact."""
    if "StatisticValues" in datum:
        group = datum["StatisticValues"]
        return [(float(group["Sum"]), float(group["SampleCount"]), float(group["Minimum"]), float(group["Maximum"]))]
    values = [float(value) for value in datum.get("Values") or [datum.get("Value", 0.0)]]
    counts = [float(count) for count in datum.get("Counts") or [1.0] * len(values)]
    if len(values) != len(counts):
        raise Refused("InvalidParameterValue", "The parameters Values and Counts must have the same length.")
    return [(value * count, count, value, value) for value, count in zip(values, counts, strict=True)]


@handles("cloudwatch", "GetMetricStatistics")
def get_metric_statistics(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Datapoints by clock-aligned period, percentiles among them."""
    plain, ranked = list(params.get("Statistics") or []), list(params.get("ExtendedStatistics") or [])
    if not plain and not ranked:
        raise Refused("InvalidParameterCombination", "Name at least one of Statistics and ExtendedStatistics.")
    strange = [name for name in (*plain, *ranked) if not statistics.known(name)]
    if strange:
        raise Refused("InvalidParameterValue", f"The sandbox knows only the statistics {statistics.KNOWN}.")
    start, end = _window(params)
    metric = (
        (context.account, context.region), params["Namespace"], params["MetricName"], dimensions(params.get("Dimensions"))
    )  # fmt: skip
    found, unit = state.metrics.parts(*metric, start, end, float(params["Period"])), state.metrics.unit(*metric)
    points = []
    for at, parts in found.items():
        point = {"Timestamp": _moment(at), "Unit": unit, **{name: statistics.value(name, parts) for name in plain}}
        extended = {name: statistics.value(name, parts) for name in ranked}
        points.append(point | ({"ExtendedStatistics": extended} if extended else {}))
    return {"Label": params["MetricName"], "Datapoints": points}


@handles("cloudwatch", "GetMetricData")
def get_metric_data(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Series for each query, in one page: statistics of metrics, and metric math over them."""
    window = Window((context.account, context.region), *_window(params))
    newest_first = params.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    queries = params["MetricDataQueries"]
    try:
        found = metric_queries.answers(state, window, queries)
    except BadExpression as error:
        raise Refused("InvalidParameterValue", str(error)) from error
    results = []
    for query in queries:
        if not query.get("ReturnData", True):
            continue
        stat = query.get("MetricStat")
        value = found[query["Id"]]
        rows = metric_queries.points(value, window.times(float(query.get("Period") or metric_queries.USUAL_PERIOD)))
        times = sorted(rows, reverse=newest_first)
        results.append(
            {
                "Id": query["Id"],
                "Label": query.get("Label") or (stat["Metric"]["MetricName"] if stat else query["Id"]),
                "Timestamps": [_moment(at) for at in times],
                "Values": [rows[at] for at in times],
                "StatusCode": "Complete",
            }
        )
    return {"MetricDataResults": results, "Messages": []}


@handles("cloudwatch", "ListMetrics")
def list_metrics(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Names of the stored series, filtered by namespace, metric name and dimensions, 500 a page."""
    wanted = {(item["Name"], item.get("Value")) for item in params.get("Dimensions") or []}
    found = [
        {
            "Namespace": namespace,
            "MetricName": name,
            "Dimensions": [{"Name": k, "Value": v} for k, v in sorted(dimensions)],
        }
        for namespace, name, dimensions in state.metrics.names((context.account, context.region))
        if params.get("Namespace") in (None, namespace)
        and params.get("MetricName") in (None, name)
        and all(any(k == key and value in (None, v) for k, v in dimensions) for key, value in wanted)
    ]
    start = int(params.get("NextToken") or 0)
    page: dict[str, Any] = {"Metrics": found[start : start + PAGE]}
    if start + PAGE < len(found):
        page["NextToken"] = str(start + PAGE)
    return page
