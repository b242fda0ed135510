"""Alarms that moto cannot keep: composite ones, and what became of each over time."""

from __future__ import annotations

from datetime import UTC
from itertools import pairwise
from typing import Any

from portal.sandbox.alarms import holds
from portal.sandbox.backends import backend
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

MOST = 100


@handles("cloudwatch", "PutCompositeAlarm")
def put_composite_alarm(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Keep an alarm over other alarms; a rule that cannot be read, or names an alarm that is not there, is refused."""
    kept = backend("cloudwatch", context.account, context.region)
    try:
        rings = holds(params["AlarmRule"], {name: alarm.state_value for name, alarm in kept.alarms.items()})
    except (SyntaxError, KeyError) as error:
        raise Refused("ValidationError", f"AlarmRule must be a valid rule over known alarms: {error}") from error
    made = kept.put_metric_alarm(
        name=params["AlarmName"], namespace=None, metric_name=None, comparison_operator=None, evaluation_periods=None,
        period=None, threshold=None, statistic=None, description=params.get("AlarmDescription"), dimensions=[],
        alarm_actions=list(params.get("AlarmActions") or []), ok_actions=list(params.get("OKActions") or []),
        actions_enabled=params.get("ActionsEnabled", True), rule=params["AlarmRule"], tags=params.get("Tags") or [],
    )  # fmt: skip
    made.state_value = "ALARM" if rings else "OK"
    return {}


@handles("cloudwatch", "DescribeAlarmHistory")
def describe_alarm_history(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The changes of state of one alarm or of all, newest first."""
    kept = backend("cloudwatch", context.account, context.region).alarms
    wanted = params.get("AlarmName")
    rows = [row for name, alarm in kept.items() if wanted in (None, name) for row in _changes(name, alarm)]
    if params.get("HistoryItemType") not in (None, "StateUpdate"):
        rows = []
    rows.sort(key=lambda row: row["Timestamp"], reverse=params.get("ScanBy") != "TimestampAscending")
    return {"AlarmHistoryItems": rows[: params.get("MaxRecords") or MOST]}


def _changes(name: str, alarm: Any) -> list[dict[str, Any]]:
    """moto keeps what each state was before; the one that stands now came last."""
    states = [(value, at) for _, _, _, value, at in alarm.history] + [
        (alarm.state_value, alarm.state_updated_timestamp)
    ]
    kind = "CompositeAlarm" if alarm.rule else "MetricAlarm"
    return [
        {
            "AlarmName": name, "AlarmType": kind, "HistoryItemType": "StateUpdate", "Timestamp": at.replace(tzinfo=UTC),
            "HistorySummary": f"Alarm updated from {before} to {now}",
        }
        for (before, _), (now, at) in pairwise(states)
    ]  # fmt: skip
