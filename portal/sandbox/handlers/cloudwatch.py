"""CloudWatch metrics on the sandbox's own store; alarms and dashboards stay with moto."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from portal.sandbox.metrics import Bucket
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

PAGE = 500
STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")


def _seconds(when: datetime) -> float:
    return when.replace(tzinfo=UTC).timestamp() if when.tzinfo is None else when.timestamp()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _dimensions(listed: list[dict[str, str]] | None) -> dict[str, str]:
    return {item["Name"]: item.get("Value", "") for item in listed or []}


def _window(params: Mapping[str, Any]) -> tuple[float, float]:
    start, end = _seconds(params["StartTime"]), _seconds(params["EndTime"])
    if start >= end:
        raise Refused("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
    return start, end


@handles("cloudwatch", "PutMetricData")
def put_metric_data(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Store single values, value lists with counts, and statistic sets."""
    for datum in params.get("MetricData", []):
        when = _seconds(datum["Timestamp"]) if "Timestamp" in datum else state.wall()
        total, count, low, high = _figures(datum)
        state.metrics.put(
            (context.account, context.region),
            params["Namespace"],
            datum["MetricName"],
            _dimensions(datum.get("Dimensions")),
            when,
            total,
            count=count,
            low=low,
            high=high,
            unit=datum.get("Unit", "None"),
        )
    return {}


def _figures(datum: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """(sum, sample count, minimum, maximum) of one datum."""
    if "StatisticValues" in datum:
        group = datum["StatisticValues"]
        return float(group["Sum"]), float(group["SampleCount"]), float(group["Minimum"]), float(group["Maximum"])
    values = [float(value) for value in datum.get("Values") or [datum.get("Value", 0.0)]]
    counts = [float(count) for count in datum.get("Counts") or [1.0] * len(values)]
    if len(values) != len(counts):
        raise Refused("InvalidParameterValue", "The parameters Values and Counts must have the same length.")
    return sum(v * c for v, c in zip(values, counts, strict=True)), sum(counts), min(values), max(values)


@handles("cloudwatch", "GetMetricStatistics")
def get_metric_statistics(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Datapoints by clock-aligned period; only the five plain statistics."""
    asked = params.get("Statistics") or []
    if not asked or params.get("ExtendedStatistics"):
        raise Refused("InvalidParameterCombination", f"The sandbox knows only the statistics {', '.join(STATISTICS)}.")
    start, end = _window(params)
    place, dimensions = (context.account, context.region), _dimensions(params.get("Dimensions"))
    rows = state.metrics.read(
        place, params["Namespace"], params["MetricName"], dimensions, start, end, float(params["Period"])
    )
    unit = state.metrics.unit(place, params["Namespace"], params["MetricName"], dimensions)
    points = [
        {"Timestamp": _moment(row.start), "Unit": unit, **{name: row.statistic(name) for name in asked}} for row in rows
    ]
    return {"Label": params["MetricName"], "Datapoints": points}


@handles("cloudwatch", "GetMetricData")
def get_metric_data(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Series for each MetricStat query, in one page; metric math is refused rather than answered with nothing."""
    start, end = _window(params)
    newest_first = params.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    results = []
    for query in params["MetricDataQueries"]:
        if "MetricStat" not in query:
            raise Refused("InvalidParameterValue", f"The sandbox has no metric math (query {query['Id']}).")
        if not query.get("ReturnData", True):
            continue
        stat = query["MetricStat"]["Stat"]
        rows = _rows(state, context, query["MetricStat"], start, end)
        rows = rows[::-1] if newest_first else rows
        results.append(
            {
                "Id": query["Id"],
                "Label": query.get("Label") or query["MetricStat"]["Metric"]["MetricName"],
                "Timestamps": [_moment(row.start) for row in rows],
                "Values": [row.statistic(stat) for row in rows],
                "StatusCode": "Complete",
            }
        )
    return {"MetricDataResults": results, "Messages": []}


def _rows(state: State, context: Context, stat: Mapping[str, Any], start: float, end: float) -> list[Bucket]:
    if stat["Stat"] not in STATISTICS:
        raise Refused("InvalidParameterValue", f"The sandbox knows only the statistics {', '.join(STATISTICS)}.")
    metric = stat["Metric"]
    return state.metrics.read(
        (context.account, context.region),
        metric["Namespace"],
        metric["MetricName"],
        _dimensions(metric.get("Dimensions")),
        start,
        end,
        float(stat["Period"]),
    )


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
