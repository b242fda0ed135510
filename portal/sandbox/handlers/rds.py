"""What moto drops from RDS instances: whether Performance Insights records their queries."""

from __future__ import annotations

from typing import Any

from portal.sandbox.registry import Context, handles
from portal.sandbox.state import State

from .failovers import standing

RETENTION = 7
"""Days that AWS keeps the recorded queries when nobody asks for more."""


def _completed(state: State, context: Context, instance: dict[str, Any]) -> dict[str, Any]:
    """The instance with what is known of its insights; AWS says `false` where they were never switched on."""
    kept = state.topic("rds.insights", context.account, context.region).get(instance["DBInstanceArn"])
    return {**standing(state, context, instance), "PerformanceInsightsEnabled": kept is not None, **(kept or {})}


@handles("rds", "CreateDBInstance", "ModifyDBInstance")
def write_db_instance(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Let moto write the instance, and remember its insights."""
    instance = context.forward()["DBInstance"]
    insights = state.topic("rds.insights", context.account, context.region)
    arn, wanted = instance["DBInstanceArn"], params.get("EnablePerformanceInsights")
    if wanted:
        days = params.get("PerformanceInsightsRetentionPeriod") or RETENTION
        insights[arn] = {"PerformanceInsightsRetentionPeriod": int(days)}
    elif wanted is not None or context.operation == "CreateDBInstance":
        insights.pop(arn, None)
    return {"DBInstance": _completed(state, context, instance)}


@handles("rds", "DescribeDBInstances")
def describe_db_instances(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's instances, completed."""
    answer = context.forward()
    return {**answer, "DBInstances": [_completed(state, context, one) for one in answer["DBInstances"]]}
