"""The probes that may be imported: functions of the open format that measure what a hypothesis of ours can measure.

Each maker gets checked arguments and gives the probe's source as data, or raises Refused with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.engine.source_shapes import STATISTICS
from chaos.formats.toolkit.actions import Parameter, text, whole

OWN_MODULE = "colonnade.probes"
"""Stands in exported files for sources that no public module has; the argument `probe` is the probe as data."""


class Refused(Exception):
    """Why a probe or tolerance cannot be taken over."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A function and how its arguments become a source. `result` says what it gives: number, text or reply."""

    parameters: Mapping[str, Parameter]
    make: Callable[[Mapping[str, Any]], dict[str, Any]]
    result: str = "number"


ANY = Parameter("any")
WHERE = {
    "namespace": text(), "metric_name": text(), "dimension_name": text(), "dimension_value": text(), "dimensions": ANY,
    "statistic": text(), "duration": whole(), "offset": whole(), "unit": text(),
}  # fmt: skip


def metric(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A CloudWatch metric with its window in seconds."""
    statistic = arguments.get("statistic") or "Average"
    if statistic not in STATISTICS:
        raise Refused(f"the statistic {str(statistic)[:40]} is not read: use one of {', '.join(STATISTICS)}")
    if arguments.get("offset"):
        raise Refused("an offset measures the past, but a hypothesis is about now: remove it")
    if not arguments.get("namespace") or not arguments.get("metric_name"):
        raise Refused("namespace and metric_name are needed")
    duration = int(arguments.get("duration") or 60)
    source: dict[str, Any] = {"namespace": arguments["namespace"], "name": arguments["metric_name"]}
    dimensions = _dimensions(arguments)
    if dimensions:
        source["dimensions"] = dimensions
    source["statistic"] = statistic
    found: dict[str, Any] = {"metric": source, "window": min(3600, max(10, duration))}
    if arguments.get("period"):
        found["period"] = int(arguments["period"])
    return found


def _dimensions(arguments: Mapping[str, Any]) -> dict[str, str]:
    rows = arguments.get("dimensions") or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) and {"Name", "Value"} <= set(row) for row in rows):
        raise Refused("dimensions are a list of objects with Name and Value")
    found = {str(row["Name"]): str(row["Value"]) for row in rows}
    if arguments.get("dimension_name"):
        found[str(arguments["dimension_name"])] = str(arguments.get("dimension_value", ""))
    return found


def alarm(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A CloudWatch alarm, wanted in the state OK."""
    if not arguments.get("alarm_name"):
        raise Refused("alarm_name is needed")
    return {"alarm": {"account": "", "region": "", "name": arguments["alarm_name"]}}


def prometheus(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A query of Prometheus that gives one number."""
    if not arguments.get("query"):
        raise Refused("query is needed")
    if arguments.get("when") not in (None, "", "now"):
        raise Refused("a hypothesis is about now: remove when")
    return {"prometheus": {"query": arguments["query"]}}


PROBES: dict[str, Measure] = {
    "chaosaws.cloudwatch.probes.get_metric_statistics": Measure({**WHERE, "extended_statistic": text()}, metric),
    "chaosaws.cloudwatch.probes.get_metric_data": Measure({**WHERE, "period": whole()}, metric),
    "chaosaws.cloudwatch.probes.get_alarm_state_value": Measure({"alarm_name": text()}, alarm, "text"),
    "chaosprometheus.probes.query": Measure({"query": text(), "when": text(), "timeout": ANY}, prometheus, "document"),
    "chaosprometheus.probes.query_value": Measure({"query": text(), "when": text(), "timeout": ANY}, prometheus),
}
