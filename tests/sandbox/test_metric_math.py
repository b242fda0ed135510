"""Metric math and percentiles answer as CloudWatch does, and refuse what they do not have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from portal.sandbox import statistics
from portal.sandbox.metric_math import BadExpression, evaluate
from portal.sandbox.statistics import Bucket
from tests.sandbox.conftest import Clients

TIMES = [0.0, 60.0, 120.0, 180.0]
KNOWN: dict[str, Any] = {
    "calls": {0.0: 100.0, 60.0: 200.0, 120.0: 0.0, 180.0: 400.0},
    "errors": {0.0: 1.0, 120.0: 3.0, 180.0: 4.0},
    "limit": 5.0,
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("100 * errors / calls", {0.0: 1.0, 180.0: 1.0}),
        ("-errors + 1", {0.0: 0.0, 120.0: -2.0, 180.0: -3.0}),
        ("errors ^ 2", {0.0: 1.0, 120.0: 9.0, 180.0: 16.0}),
        ("SUM(errors)", 8.0),
        ("SUM([calls, errors])", {0.0: 101.0, 60.0: 200.0, 120.0: 3.0, 180.0: 404.0}),
        ("MAX(METRICS())", {0.0: 100.0, 60.0: 200.0, 120.0: 3.0, 180.0: 400.0}),
        ('AVG(METRICS("err"))', {0.0: 1.0, 120.0: 3.0, 180.0: 4.0}),
        ("FILL(errors, 0)", {0.0: 1.0, 60.0: 0.0, 120.0: 3.0, 180.0: 4.0}),
        ("FILL(errors, REPEAT)", {0.0: 1.0, 60.0: 1.0, 120.0: 3.0, 180.0: 4.0}),
        ("FILL(errors, LINEAR)", {0.0: 1.0, 60.0: 2.0, 120.0: 3.0, 180.0: 4.0}),
        ("IF(errors > 2, 1, 0)", {0.0: 0.0, 120.0: 1.0, 180.0: 1.0}),
        ("IF(errors > 2 && calls > 0, errors)", {180.0: 4.0}),
        ("DIFF(errors)", {120.0: 2.0, 180.0: 1.0}),
        ("RATE(calls)", {60.0: 100 / 60, 120.0: -200 / 60, 180.0: 400 / 60}),
        ("RUNNING_SUM(errors)", {0.0: 1.0, 120.0: 4.0, 180.0: 8.0}),
        ("errors / PERIOD(errors)", {0.0: 1 / 60, 120.0: 3 / 60, 180.0: 4 / 60}),
        ("CEIL(errors / 2)", {0.0: 1.0, 120.0: 2.0, 180.0: 2.0}),
        ("limit * 2", 10.0),
    ],
)
def test_an_expression_has_the_value_that_the_user_guide_gives(expression: str, expected: Any) -> None:
    assert evaluate(expression, KNOWN, 60.0, TIMES) == pytest.approx(expected)


@pytest.mark.parametrize(
    "expression",
    [
        "SEARCH('x', 'Sum', 60)",
        "calls.__class__",
        "nobody + 1",
        "calls +",
        "(" * 99,
        "SUM(1)",
        "METRICS()",
        "9^9^9^9^9",
    ],
)
def test_what_is_not_known_is_refused_by_name(expression: str) -> None:
    with pytest.raises(BadExpression):
        evaluate(expression, KNOWN, 60.0, TIMES)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.integers(0, 100))
def test_a_percentile_is_a_sample_with_that_share_at_or_below_it(samples: list[float], share: int) -> None:
    found = statistics.value(f"p{share}", [Bucket(0.0, one, 1.0, one, one) for one in samples])
    assert found in samples
    assert sum(one <= found for one in samples) >= share / 100 * len(samples) - 1e-6
    assert sum(one < found for one in samples) <= share / 100 * len(samples) + 1e-6


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40))
def test_the_trimmed_mean_of_everything_is_the_mean(samples: list[float]) -> None:
    found = statistics.value("tm100", [Bucket(0.0, one, 1.0, one, one) for one in samples])
    assert found == pytest.approx(sum(samples) / len(samples))


def test_boto_reads_rates_and_percentiles(client: Clients) -> None:
    now, metrics = datetime.now(UTC), client("cloudwatch")
    named = {"Namespace": "Own", "MetricName": "Wait"}
    datum = {"MetricName": "Wait", "Timestamp": now, "Values": [1.0, 2.0, 9.0], "Counts": [50.0, 49.0, 1.0]}
    metrics.put_metric_data(Namespace="Own", MetricData=[datum])
    window = {"StartTime": now - timedelta(minutes=2), "EndTime": now + timedelta(minutes=2)}
    stat = {"Metric": named, "Period": 3600}
    found = metrics.get_metric_data(
        MetricDataQueries=[
            {"Id": "p", "MetricStat": {**stat, "Stat": "p99"}},
            {"Id": "top", "MetricStat": {**stat, "Stat": "Maximum"}, "ReturnData": False},
            {"Id": "twice", "Expression": "once * 2"},
            {"Id": "once", "Expression": "top / 3"},
        ],
        **window,
    )["MetricDataResults"]
    assert {row["Id"]: row["Values"] for row in found} == {"p": [2.0], "twice": [6.0], "once": [3.0]}
    point = metrics.get_metric_statistics(**named, **window, Period=3600, ExtendedStatistics=["p100", "IQM"])
    assert point["Datapoints"][0]["ExtendedStatistics"] == {"p100": 9.0, "IQM": pytest.approx(1.5, abs=0.02)}


@pytest.mark.parametrize("query", [{"Expression": "a + 1"}, {"Expression": "SEARCH('x')"}])
def test_a_query_that_cannot_be_answered_is_refused_and_not_answered_with_nothing(
    client: Clients, query: dict[str, str]
) -> None:
    now = datetime.now(UTC)
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        client("cloudwatch").get_metric_data(
            MetricDataQueries=[{"Id": "a", **query}], StartTime=now - timedelta(minutes=1), EndTime=now
        )
