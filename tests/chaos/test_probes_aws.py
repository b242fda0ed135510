"""Probes in AWS against the embedded one: their place, alarms, and the comparison with the time before the fault."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from chaos import measure
from chaos.engine import definition
from chaos.engine.definition import Invalid
from chaos.engine.hypothesis import Outcome, Reading
from portal.aws import session

pytestmark = pytest.mark.django_db
HERE = {"account": "111111111111", "region": "us-east-1"}
THERE = {"account": "222222222222", "region": "eu-west-1"}
METRIC = {"namespace": "Shop", "name": "Orders", "statistic": "Sum"}
STEADY = {
    "key": "failed", "title": "Failed orders", "period": 60,
    "steady": {"errors": {"namespace": "Shop", "name": "Failed"}, "requests": {"namespace": "Shop", "name": "Orders"}},
}  # fmt: skip


def client(place: dict[str, str]) -> Any:
    return session.client(place["account"], place["region"], "cloudwatch", role="read")


def publish(place: dict[str, str], at: datetime, **values: float) -> None:
    data = [{"MetricName": name, "Timestamp": at, "Value": value} for name, value in values.items()]
    client(place).put_metric_data(Namespace="Shop", MetricData=data)


def minute(ago: int) -> datetime:
    """The start of a whole minute."""
    return timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=ago)


def one(probe: dict[str, Any], where: dict[str, str], **times: datetime) -> Reading:
    data = {"sentence": "It works.", "probes": [{"key": "probe", "title": "Orders", **probe}]}
    now = times.pop("now", timezone.now())
    return measure.measure(definition.hypothesis(data), where, now, **times)[0]


def refused(probe: dict[str, Any], where: dict[str, str]) -> Invalid:
    data = {"sentence": "It works.", "probes": [{"key": "probe", "title": "Orders", **probe}]}
    with pytest.raises(Invalid) as caught:
        measure.check(definition.hypothesis(data), where)
    return caught.value


def test_a_metric_is_read_where_it_says_else_where_the_fault_is(aws: Any) -> None:
    publish(HERE, minute(2), Orders=3)
    publish(THERE, minute(2), Orders=5)
    probe: dict[str, Any] = {"tolerance": {"at_least": 1}, "window": 600}
    assert one({**probe, "metric": METRIC}, HERE).value == 3
    assert one({**probe, "metric": {**METRIC, **THERE}}, HERE).value == 5
    age = one({**probe, "metric": METRIC}, HERE, now=minute(0)).age
    assert age == 60.0


def test_without_any_place_a_metric_is_unknown_and_refused_at_the_door(aws: Any) -> None:
    probe = {"metric": METRIC, "tolerance": {"at_least": 1}}
    assert one(probe, {}).outcome is Outcome.UNKNOWN
    assert refused(probe, {}).field == "hypothesis.probes[0].metric.account"


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"account": "999999999999", "region": "us-east-1"}, "hypothesis.probes[0].metric.account"),
        ({"account": "111111111111", "region": "ap-south-1"}, "hypothesis.probes[0].metric.region"),
    ],
)
def test_a_place_where_the_portal_does_not_work_is_refused(aws: Any, place: dict[str, str], field: str) -> None:
    error = refused({"metric": {**METRIC, **place}, "tolerance": {"at_least": 1}}, HERE)
    assert error.field == field
    assert "us-east-1" in error.message or "111111111111" in error.message


def test_an_alarm_must_be_ok(aws: Any) -> None:
    probe = {"alarm": {**HERE, "name": "orders-low"}}
    assert "no alarm orders-low" in one(probe, {}).sentence
    client(HERE).put_metric_alarm(
        AlarmName="orders-low", Namespace="Shop", MetricName="Orders", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="LessThanThreshold",
    )  # fmt: skip
    for state, outcome in (("OK", Outcome.HOLDS), ("ALARM", Outcome.BROKEN), ("INSUFFICIENT_DATA", Outcome.UNKNOWN)):
        client(HERE).set_alarm_state(AlarmName="orders-low", StateValue=state, StateReason="test")
        assert one(probe, {}).outcome is outcome


def test_a_denied_read_is_unknown_with_its_reason(aws: Any) -> None:
    strange = {"account": "999999999999", "region": "us-east-1"}
    for probe in ({"metric": METRIC, "tolerance": {"at_least": 1}}, {"alarm": {**strange, "name": "x"}}, STEADY):
        reading = one(probe, strange)
        assert reading.outcome is Outcome.UNKNOWN
        assert "is not known: " in reading.sentence


def test_before_the_fault_enough_requests_are_a_steady_state(aws: Any) -> None:
    assert one(STEADY, HERE).outcome is Outcome.UNKNOWN
    publish(HERE, minute(3), Orders=500, Failed=5)
    reading = one(STEADY, HERE)
    assert reading.outcome is Outcome.HOLDS
    assert "5 of 500 requests failed" in reading.sentence


@pytest.mark.parametrize(("failed", "outcome"), [(4, Outcome.HOLDS), (200, Outcome.BROKEN)])
def test_errors_under_the_fault_are_compared_with_those_before_it(aws: Any, failed: int, outcome: Outcome) -> None:
    publish(HERE, minute(8), Orders=500, Failed=5)
    publish(HERE, minute(2), Orders=400, Failed=failed)
    reading = one(STEADY, HERE, since=minute(4))
    assert reading.outcome is outcome
    assert f"{failed} of 400 requests failed, 5 of 500 requests failed before" in reading.sentence


def test_after_the_undo_the_baseline_is_still_the_time_before_the_fault(aws: Any) -> None:
    publish(HERE, minute(12), Orders=500, Failed=5)
    publish(HERE, minute(7), Orders=500, Failed=400)
    publish(HERE, minute(2), Orders=400, Failed=200)
    reading = one(STEADY, HERE, since=minute(4), before=minute(9))
    assert reading.outcome is Outcome.BROKEN
    assert "5 of 500 requests failed before" in reading.sentence


def test_too_few_requests_so_far_say_nothing(aws: Any) -> None:
    publish(HERE, minute(8), Orders=500)
    publish(HERE, minute(2), Orders=3, Failed=3)
    assert "only 3 requests so far" in one(STEADY, HERE, since=minute(4)).sentence
