"""Alarms of CloudWatch."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.logs import logs
from tests.scorecards.library.stage import Stage


def alarm(stage: Stage, **settings: Any) -> None:
    """An alarm on errors that tells those on call; boto3's names change any of it."""
    stage.client("cloudwatch").put_metric_alarm(**{
        "AlarmName": f"{stage.name}-errors", "Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum",
        "Dimensions": [{"Name": "FunctionName", "Value": stage.name}], "Period": 60, "EvaluationPeriods": 3,
        "Threshold": 5.0, "ComparisonOperator": "GreaterThanThreshold", "ActionsEnabled": True,
        "AlarmActions": [stage.place.arn("sns", "on-call")], "Tags": stage.listed(), **settings,
    })  # fmt: skip


@passes("services.alarm-acts")
def alarm_that_tells_somebody(stage: Stage) -> None:
    alarm(stage)


@fails("services.alarm-acts")
def alarm_that_is_switched_off(stage: Stage) -> None:
    alarm(stage, ActionsEnabled=False)


@fails("services.alarm-acts")
def alarm_that_tells_nobody(stage: Stage) -> None:
    alarm(stage, AlarmActions=[])


@fails("services.alarm-acts")
def alarm_missing(stage: Stage) -> None:
    logs(stage)
