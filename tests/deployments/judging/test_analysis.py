"""The section `analysis` of a plan is closed, has sensible defaults, and says what is wrong with it."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.engine import percentiles
from deployments.engine.plan.analysis import ERRORS, Analysis, parse
from deployments.engine.plan.reading import PlanError
from deployments.engine.plan.segments import parse as parse_plan

STREAM = {"namespace": "App", "name": "Failed", "dimensions": {"Version": "$version"}}
CLOUDWATCH = {"name": "failed", "source": "cloudwatch", "query": {"requests": STREAM, "errors": STREAM}}
PROMETHEUS = {
    "name": "p95", "kind": "latency", "source": "prometheus", "quantile": 0.95,
    "query": {"histogram": 'sum by (le) (increase(d_bucket{v="$version"}[${period}s]))'},
}  # fmt: skip


def test_nothing_is_the_sequential_test_on_the_streams_of_the_target() -> None:
    assert parse({}) == Analysis()
    assert Analysis().counts == ERRORS
    assert [metric.critical for metric in Analysis().metrics] == [True, False]


def test_a_plan_reads_its_analysis() -> None:
    plan = parse_plan({"segments": [{"name": "All"}], "analysis": {"judge": "obrien_fleming", "maximum_seconds": 600}})
    assert (plan.analysis.judge, plan.analysis.maximum_seconds) == ("obrien_fleming", 600)


def test_metrics_of_each_source_are_read() -> None:
    pushed = {"name": "orders", "source": "pushed", "direction": "decrease", "group": "sales", "weight": 2}
    found = parse({"metrics": [CLOUDWATCH, PROMETHEUS, pushed]}).metrics
    assert [metric.source for metric in found] == ["cloudwatch", "prometheus", "pushed"]
    assert found[0].query["errors"]["statistic"] == "Sum"
    assert (found[2].groups, found[2].direction, found[2].weight) == (("sales",), "decrease", 2)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ([], "analysis is an object"),
        ({"judges": "x"}, "Unknown keys"),
        ({"judge": "oracle"}, "analysis.judge is one of"),
        ({"judge": "thresholds"}, "list of 1 to 50"),
        ({"judge": "thresholds", "metrics": [{"name": "a"}]}, "needs limits"),
        ({"metrics": []}, "list of 1 to 50"),
        ({"metrics": [{"name": "A b"}]}, r"metrics\[0\].name"),
        ({"metrics": [{"name": "a"}, {"name": "a"}]}, "used once"),
        ({"metrics": [{"name": "a", "kind": "counter"}]}, "kind is one of"),
        ({"metrics": [{"name": "a", "source": "statsd"}]}, "source is one of"),
        ({"metrics": [{"name": "a", "kind": "value"}]}, "other values need another source"),
        ({"metrics": [{"name": "a", "weight": 0}]}, "weight is a number"),
        ({"metrics": [{"name": "a", "critical": 1}]}, "critical is true or false"),
        ({"metrics": [{"name": "a", "critical": False}]}, "one metric at least is critical"),
        ({"metrics": [{"name": "a", "direction": "down"}]}, "direction is one of"),
        ({"metrics": [{"name": "a", "query": {"x": 1}}]}, "have no query"),
        ({"metrics": [{**CLOUDWATCH, "query": {}}]}, "is an object|is a text"),
        ({"metrics": [{**CLOUDWATCH, "query": {"requests": {**STREAM, "dimensions": {"A": "b"}}, "errors": STREAM}}]}, r"\$version"),
        ({"metrics": [{**CLOUDWATCH, "query": {"requests": {**STREAM, "statistic": "p99"}, "errors": STREAM}}]}, "Sum for counts"),
        ({"metrics": [{**PROMETHEUS, "query": {"value": "up"}}]}, r"names \$version"),
        ({"metrics": [{**PROMETHEUS, "query": {"server": "http://x", "value": "$version"}}]}, "an admin has set up"),
        ({"metrics": [{**PROMETHEUS, "query": {}}]}, "either a value or a histogram"),
        ({"metrics": [{"name": "a", "quantile": 1}]}, "quantile is a number"),
        ({"metrics": [{"name": "a", "kayenta": []}]}, "kayenta is an object"),
        ({"scores": {"pass": 50, "marginal": 75}}, "marginal is at most pass"),
        ({"groups": {"a": 70, "b": 60}}, "at most 100 together"),
        ({"maximum_seconds": 1}, "maximum_seconds is a whole number"),
    ],
)  # fmt: skip
def test_a_section_that_cannot_be_followed_is_refused_with_its_field(raw: Any, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        parse(raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["judge", "metrics", "name", "query", "groups", "kayenta", "limits"]), inner, max_size=4),
        max_leaves=12,
    )
)  # fmt: skip
def test_whatever_comes_is_read_or_refused(raw: Any) -> None:
    with contextlib.suppress(PlanError):
        parse(raw)


def test_percentiles_of_values_and_of_histograms() -> None:
    assert percentiles.of_values([1, 2, 3, 4], 0.5) == 2.5
    assert percentiles.of_values([7], 0.99) == 7
    # 100 requests: 50 up to 0.1 s, 40 more up to 0.5 s, 10 beyond.
    histogram = percentiles.from_cumulative([(0.1, 50), (0.5, 90), (float("inf"), 100)])
    assert percentiles.of_histogram(histogram, 0.5) == pytest.approx(0.1)
    assert percentiles.of_histogram(histogram, 0.7) == pytest.approx(0.3)
    assert percentiles.of_histogram(histogram, 0.99) == 0.5
    assert percentiles.of_histogram({}, 0.5) is None
    with pytest.raises(ValueError, match="at least one"):
        percentiles.of_values([], 0.5)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50), st.floats(0, 1))
def test_a_percentile_lies_among_its_values(values: list[float], quantile: float) -> None:
    found = percentiles.of_values(sorted(values), quantile)
    assert min(values) <= found * (1 + 1e-12) + 1e-12
    assert found <= max(values) * (1 + 1e-12) + 1e-12


def test_a_rare_percentile_needs_more_requests() -> None:
    assert [percentiles.enough(quantile) for quantile in (0.5, 0.95, 0.99)] == [10, 100, 500]
