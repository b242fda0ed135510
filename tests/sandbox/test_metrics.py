"""The metric store adds up exactly, and its memory stays bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sandbox.metrics import HOUR, KEEP, KEEP_FINE, MetricStore, Series
from tests.sandbox.conftest import Clients

PLACE = ("111111111111", "eu-west-1")
NOW = 1_795_000_000.0

points = st.lists(st.tuples(st.floats(0, KEEP + HOUR), st.floats(0, 1000)), max_size=60)


def series(ages: list[tuple[float, float]]) -> Series:
    """A series of (age in seconds, value)."""
    filled = Series()
    for age, value in ages:
        filled.add(NOW - age, value, 1, value, value)
    return filled


@given(points, st.sampled_from([10.0, 60.0, 300.0]), st.floats(0, 4000), st.floats(1, 900))
def test_the_sum_over_buckets_is_the_sum_of_the_points_in_the_window(
    ages: list[tuple[float, float]], period: float, back: float, length: float
) -> None:
    start, end = NOW - back - length, NOW - back
    expected = sum(value for age, value in ages if start <= NOW - age < end)
    rows = series(ages).buckets(start, end, period)
    assert sum(row.total for row in rows) == pytest.approx(expected)
    assert [row.start for row in rows] == sorted({row.start for row in rows})
    assert all(row.start % period == 0 for row in rows)


@given(points)
def test_trimming_keeps_every_sum_that_is_young_enough(ages: list[tuple[float, float]]) -> None:
    filled = series(ages)
    first_hour = (NOW - KEEP) // HOUR * HOUR + HOUR
    before = sum(row.total for row in filled.buckets(first_hour, NOW + 1, HOUR))
    filled.trim(NOW)
    assert sum(row.total for row in filled.buckets(first_hour, NOW + 1, HOUR)) == pytest.approx(before)
    old = [when for when in filled.times if when < (NOW - KEEP_FINE) // HOUR * HOUR]
    assert len(old) == len({when // HOUR for when in old})
    assert list(filled.times) == sorted(filled.times)


def test_a_day_of_ticks_stays_a_few_thousand_points() -> None:
    store = MetricStore()
    for tick in range(24 * 360):
        store.put(PLACE, "AWS/Lambda", "Invocations", {"FunctionName": "checkout"}, NOW - 86_400 + tick * 10, 1200)
    store.trim(NOW)
    assert store.points() <= 4 * 360 + 24


def test_points_that_come_late_are_read_in_order() -> None:
    rows = series([(5, 1.0), (65, 2.0), (35, 4.0)]).buckets(NOW - 100, NOW, 10)
    assert [row.total for row in rows] == [2.0, 4.0, 1.0]


def test_weighted_values_and_statistic_sets_count_as_their_samples(client: Clients) -> None:
    now = datetime.now(UTC)
    metrics = client("cloudwatch")
    group = {"SampleCount": 4, "Sum": 10, "Minimum": 1, "Maximum": 5}
    metrics.put_metric_data(
        Namespace="Own",
        MetricData=[
            {"MetricName": "Wait", "Timestamp": now, "Values": [1, 2, 3], "Counts": [5, 3, 2], "Unit": "Seconds"},
            {"MetricName": "Wait", "Timestamp": now, "StatisticValues": group},
        ],
    )
    window = {"StartTime": now - timedelta(seconds=1), "EndTime": now + timedelta(seconds=1), "Period": 3600}
    point = metrics.get_metric_statistics(
        Namespace="Own", MetricName="Wait", **window, Statistics=["Sum", "SampleCount", "Maximum"]
    )["Datapoints"]
    assert [(one["Sum"], one["SampleCount"], one["Maximum"], one["Unit"]) for one in point] == [
        (27.0, 14.0, 5.0, "Seconds")
    ]


def test_more_points_than_boto3_sends_uncompressed_arrive(client: Clients) -> None:
    cloudwatch, start = client("cloudwatch"), datetime.fromtimestamp(NOW // HOUR * HOUR, UTC)
    data = [
        {"MetricName": "Answers", "Timestamp": start + timedelta(minutes=number), "Value": 1.0} for number in range(500)
    ]
    cloudwatch.put_metric_data(Namespace="Long", MetricData=data)
    answer = cloudwatch.get_metric_statistics(
        Namespace="Long", MetricName="Answers", StartTime=start, EndTime=start + timedelta(days=1), Period=86400,
        Statistics=["SampleCount"],
    )  # fmt: skip
    assert sum(point["SampleCount"] for point in answer["Datapoints"]) == 500
