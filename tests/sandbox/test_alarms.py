"""Alarms follow the stored data on the sandbox's clock, and tell their topics."""

from __future__ import annotations

import json
import operator
import random
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from portal.sandbox.alarms import ALARM, OK, UNKNOWN, holds, judge
from portal.sandbox.clock import tick
from portal.sandbox.server import Sandbox
from tests.sandbox.conftest import Clients, Wall

PERIOD = 60


def errors(sandbox: Sandbox, wall: Wall, *counts: float | None) -> None:
    """One count of errors a minute, then the clock ticks; None is a minute without data."""
    for count in counts:
        wall.move(PERIOD)
        if count is not None:
            sandbox.state.metrics.put(("111111111111", "eu-west-1"), "Own", "Errors", {}, wall() - 1, count)
        tick(sandbox.state, PERIOD, random.Random(1))


def alarm(client: Clients, **more: Any) -> None:
    usual = {
        "AlarmName": "errors", "Namespace": "Own", "MetricName": "Errors", "Statistic": "Sum", "Period": PERIOD,
        "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 10.0, "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip
    client("cloudwatch").put_metric_alarm(**{key: value for key, value in (usual | more).items() if value is not None})


def state_of(client: Clients, name: str = "errors", kind: str = "MetricAlarm") -> str:
    found = client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=[kind])
    return str(found[f"{kind}s"][0]["StateValue"])


@pytest.fixture(autouse=True)
def on_the_minute(wall: Wall) -> None:
    wall.at = wall.at // PERIOD * PERIOD


def test_two_of_three_datapoints_raise_an_alarm_and_it_ends_by_itself(
    client: Clients, sandbox: Sandbox, wall: Wall
) -> None:
    alarm(client)
    errors(sandbox, wall, 0, 50, 0)
    assert state_of(client) == OK
    errors(sandbox, wall, 50)
    assert state_of(client) == ALARM
    errors(sandbox, wall, 0, 0)
    assert state_of(client) == OK


def test_an_alarm_on_metric_math_follows_the_rate(client: Clients, sandbox: Sandbox, wall: Wall) -> None:
    stat = {"Metric": {"Namespace": "Own", "MetricName": "Errors"}, "Period": PERIOD, "Stat": "Sum"}
    queries = [{"Id": "e", "MetricStat": stat, "ReturnData": False}, {"Id": "r", "Expression": "100 * e / 1000"}]
    alarm(
        client, Metrics=queries, Namespace=None, MetricName=None, Statistic=None, Period=None, Threshold=4.0,
    )  # fmt: skip
    errors(sandbox, wall, 50, 50, 50)
    assert state_of(client) == ALARM


def test_an_alarm_that_nobody_feeds_keeps_the_state_that_was_set(client: Clients, sandbox: Sandbox, wall: Wall) -> None:
    alarm(client)
    client("cloudwatch").set_alarm_state(AlarmName="errors", StateValue=ALARM, StateReason="by hand")
    errors(sandbox, wall, None, None)
    assert state_of(client) == ALARM


def test_a_composite_alarm_follows_the_others(client: Clients, sandbox: Sandbox, wall: Wall) -> None:
    alarm(client)
    alarm(client, AlarmName="quiet")
    rule = 'ALARM("errors") AND NOT ALARM(quiet)'
    client("cloudwatch").put_composite_alarm(AlarmName="both", AlarmRule=rule)
    client("cloudwatch").set_alarm_state(AlarmName="errors", StateValue=ALARM, StateReason="by hand")
    errors(sandbox, wall, None)
    assert state_of(client, "both", "CompositeAlarm") == ALARM


def test_an_alarm_tells_its_topic(client: Clients, sandbox: Sandbox, wall: Wall) -> None:
    topic = client("sns").create_topic(Name="on-call")["TopicArn"]
    queue = client("sqs").create_queue(QueueName="pager")["QueueUrl"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:111111111111:pager")
    alarm(client, AlarmActions=[topic, topic.replace("on-call", "gone")])
    errors(sandbox, wall, 50, 50, 50)
    body = client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"]
    assert json.loads(json.loads(body)["Message"])["NewStateValue"] == ALARM


@pytest.mark.parametrize(
    ("values", "missing", "expected"),
    [
        ([None, None, None], "missing", UNKNOWN),
        ([None, None, None], "breaching", ALARM),
        ([None, None, None], "notBreaching", OK),
        ([None, 20.0, 20.0], "notBreaching", OK),
        ([None, 20.0, 20.0], "breaching", ALARM),
        ([1.0, None, None], "missing", OK),
    ],
)
def test_periods_without_data_count_as_the_alarm_says(values: list[float | None], missing: str, expected: str) -> None:
    found = judge(values, operator.gt, 10.0, 3, missing)
    assert found is not None
    assert found[0] == expected


def test_an_alarm_that_ignores_holes_stays_as_it_is() -> None:
    assert judge([None, None, 20.0], operator.gt, 10.0, 2, "ignore") is None


@given(st.lists(st.one_of(st.none(), st.floats(0, 20)), min_size=1, max_size=8), st.integers(1, 8))
def test_an_alarm_needs_as_many_datapoints_as_it_names(values: list[float | None], needed: int) -> None:
    found = judge(values, operator.gt, 10.0, needed, "notBreaching")
    assert found is not None
    assert (found[0] == ALARM) == (sum(value is not None and value > 10 for value in values) >= needed)


def test_a_rule_that_is_no_rule_is_refused() -> None:
    with pytest.raises(SyntaxError):
        holds('__import__("os")', {})


def test_a_composite_alarm_over_one_that_is_not_there_is_refused(client: Clients, sandbox: Sandbox) -> None:
    with pytest.raises(ClientError, match="ValidationError"):
        client("cloudwatch").put_composite_alarm(AlarmName="both", AlarmRule='ALARM("nobody")')


def test_the_history_tells_each_change_of_state(client: Clients, sandbox: Sandbox, wall: Wall) -> None:
    alarm(client)
    errors(sandbox, wall, 50, 50, 50, 0, 0)
    found = client("cloudwatch").describe_alarm_history(AlarmName="errors", ScanBy="TimestampAscending")
    told = [row["HistorySummary"] for row in found["AlarmHistoryItems"]]
    assert told == ["Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK"]
