"""Pushed samples: never counted twice, never a crash, and refused with a reason where they cannot count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments.judging import measure
from deployments.models import Judgement, MetricPoint, MetricSample, Rollout

from .conftest import P95, PUSHED, bucket, filled


def sample(minutes_ago: int = 2, side: str = "canary", **numbers: Any) -> dict[str, Any]:
    """One sample of the counted metric, unless other numbers are given."""
    body = {"metric": "orders", "side": side, "at": bucket(minutes_ago).isoformat(), "requests": 100, "errors": 1}
    return {**body, **numbers}


def value(minutes_ago: int, side: str, **numbers: Any) -> dict[str, Any]:
    """One sample of latency."""
    return {"metric": "p95", "side": side, "at": bucket(minutes_ago).isoformat(), **numbers}


@pytest.fixture
def rollout(rolling: Callable[..., Rollout]) -> Rollout:
    """A rollout with a counted and a timed metric, both pushed."""
    return rolling({"metrics": [PUSHED, P95]})


@pytest.fixture
def push(rollout: Rollout, mira: Any, api: Callable[..., Any]) -> Callable[..., Any]:
    """Push samples as mira; the answer as JSON."""

    def send(*samples: dict[str, Any], status: int = 200) -> Any:
        reply = api(mira).post(f"/api/v1/deployments/rollouts/{rollout.pk}/samples/", {"samples": list(samples)})
        assert reply.status_code == status, reply.content
        return reply.json()

    return send


def test_samples_of_both_sides_become_one_bucket(push: Callable[..., Any]) -> None:
    assert push(sample(), sample(side="baseline", requests=900, errors=9))["stored"] == 2
    row = MetricSample.objects.get()
    assert (row.canary_requests, row.canary_errors, row.baseline_requests, row.baseline_errors) == (100, 1, 900, 9)


def test_a_repeated_sample_changes_nothing_and_another_number_replaces_it(push: Callable[..., Any]) -> None:
    push(sample())
    assert push(sample()) == {"stored": 0, "repeated": 1, "replaced": 0, "refused": []}
    assert push(sample(requests=120))["replaced"] == 1
    assert MetricSample.objects.get().canary_requests == 120


def test_a_moment_within_the_bucket_is_the_same_bucket(push: Callable[..., Any]) -> None:
    inside = (bucket(2) + timedelta(seconds=41)).isoformat()
    assert push(sample(), sample(at=inside))["repeated"] == 1
    assert MetricSample.objects.count() == 1


def test_one_side_never_overwrites_the_other(push: Callable[..., Any]) -> None:
    push(sample(side="baseline", requests=900, errors=9))
    push(sample())
    push(sample(side="baseline", requests=900, errors=9))
    row = MetricSample.objects.get()
    assert (row.canary_requests, row.baseline_requests) == (100, 900)


def test_samples_that_go_back_in_time_are_taken_where_they_belong(push: Callable[..., Any]) -> None:
    push(sample(2))
    push(sample(5))
    assert [row.at for row in MetricSample.objects.order_by("at")] == [bucket(5), bucket(2)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"at": (timezone.now() - timedelta(days=2)).isoformat()}, "before the canary had traffic"),
        ({"at": (timezone.now() + timedelta(hours=1)).isoformat()}, "of the future"),
        ({"metric": "sales"}, "no pushed metric 'sales'; it has orders, p95"),
        ({"errors": 101}, "more errors than requests"),
        ({"metric": "p95", "value": 1, "values": [1]}, "one of value, values or histogram"),
        ({"metric": "p95", "value": 0}, "more than 0"),
        ({"metric": "p95"}, "one of value, values or histogram"),
    ],
)
def test_what_cannot_count_is_refused_with_its_reason_and_the_rest_is_taken(
    changes: dict[str, Any], words: str, push: Callable[..., Any]
) -> None:
    answer = push(sample(**changes), sample(3))
    assert (answer["stored"], answer["refused"][0]["index"]) == (1, 0)
    assert words in answer["refused"][0]["reason"]


def test_a_sample_that_is_too_old_cannot_change_a_verdict_any_more(rollout: Rollout, push: Callable[..., Any]) -> None:
    rollout.segments.filter(order=0).update(started_at=timezone.now() - timedelta(hours=3))
    assert "too old" in push(sample(60))["refused"][0]["reason"]
    assert not MetricSample.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"side": "both"}, {"at": "yesterday"}, {"at": None}, {"requests": "many"}, {"requests": -1}, {"requests": True},
        {"errors": 1e300}, {"values": []}, {"values": ["1"] * 1001}, {"histogram": {"fast": 1}}, {"metric": ""},
        {"histogram": {"nan": 1}},
    ],
)  # fmt: skip
def test_a_malformed_sample_refuses_the_request_and_nothing_is_stored(
    changes: dict[str, Any], push: Callable[..., Any]
) -> None:
    body = push(sample(3), sample(**changes), status=400)
    assert "samples" in body["error"]["fields"]
    assert not MetricSample.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, [], {"samples": "x"}, {"samples": []}, {"samples": [1]}, {"samples": [sample()] * 501}]
)
def test_a_body_that_is_none_is_a_clear_400(body: Any, rollout: Rollout, mira: Any, api: Callable[..., Any]) -> None:
    assert api(mira).post(f"/api/v1/deployments/rollouts/{rollout.pk}/samples/", body).status_code == 400


def test_only_editors_of_the_owning_team_push(rollout: Rollout, vera: Any, ana: Any, api: Callable[..., Any]) -> None:
    for user in (vera, ana):
        reply = api(user).post(f"/api/v1/deployments/rollouts/{rollout.pk}/samples/", {"samples": [sample()]})
        assert reply.status_code == 403


def test_a_rollout_that_has_ended_or_not_begun_takes_no_samples(rollout: Rollout, push: Callable[..., Any]) -> None:
    rollout.segments.update(started_at=None)
    assert "no traffic yet" in push(sample(), status=409)["error"]["message"]
    Rollout.objects.update(state="succeeded")
    assert "has ended" in push(sample(), status=409)["error"]["message"]


def test_percentiles_are_computed_from_values_over_as_many_buckets_as_they_need(
    rollout: Rollout, push: Callable[..., Any]
) -> None:
    """95 % of one side's values lie below 100 ms, of the other below 200 ms; 100 requests are needed for a p95."""
    for minute in range(9, 0, -1):
        push(
            value(minute, "canary", values=[2.0 * (n + 1) for n in range(50)]),
            value(minute, "baseline", values=[float(n + 1) for n in range(50)]),
        )
        push(sample(minute), sample(minute, "baseline", requests=900, errors=9))
    verdict = measure.assess(rollout, rollout.segments.first())  # type: ignore[arg-type]
    metric = verdict.metrics[1]
    assert metric.buckets == 4
    assert metric.canary == pytest.approx(2 * (metric.baseline or 0))
    assert metric.baseline == pytest.approx(47.5, abs=0.6)


def test_histograms_are_as_good_as_values(rollout: Rollout, push: Callable[..., Any]) -> None:
    push(value(3, "canary", histogram={"100": 190, "200": 10}), value(3, "baseline", histogram={"50": 400, "+Inf": 0}))
    point = MetricPoint.objects.get(side="canary")
    assert point.detail == {"le": {"100": 190, "200": 10}}
    verdict = measure.assess(rollout, rollout.segments.first())  # type: ignore[arg-type]
    assert (verdict.metrics[1].canary, verdict.metrics[1].baseline) == (100, 47.5)


def test_pushed_counts_that_stop_are_missing_and_never_good(rollout: Rollout, push: Callable[..., Any]) -> None:
    filled(rollout)
    MetricPoint.objects.bulk_create(
        MetricPoint(rollout=rollout, metric="p95", side=side, at=bucket(minute), value=100 + minute % 2)
        for side in ("canary", "baseline")
        for minute in range(1, 10)
    )
    segment = rollout.segments.first()
    assert segment is not None
    assert measure.assess(rollout, segment).state == "no_worse"
    MetricPoint.objects.filter(at__gte=bucket(6)).delete()
    stopped = measure.assess(rollout, segment)
    assert stopped.state == "inconclusive"
    assert "Latency, p95 has no data" in stopped.headline
    rollout.samples.filter(at__gte=bucket(6)).delete()
    assert "no counts for the canary" in measure.assess(rollout, segment).headline


def test_the_same_look_twice_is_kept_once(rollout: Rollout) -> None:
    filled(rollout)
    segment = rollout.segments.first()
    assert segment is not None
    for _ in range(3):
        measure.assess(rollout, segment)
    assert Judgement.objects.count() == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    drawn=st.lists(
        st.fixed_dictionaries(
            {
                "metric": st.sampled_from(["orders", "p95"]),
                "side": st.sampled_from(["canary", "baseline"]),
                "minutes": st.integers(-3, 30),
            },
            optional={
                "requests": st.integers(0, 50),
                "errors": st.integers(0, 60),
                "value": st.floats(-1, 10),
                "values": st.lists(st.floats(0.1, 9), min_size=1, max_size=4),
                "histogram": st.dictionaries(st.sampled_from(["0.1", "5", "+Inf"]), st.integers(0, 9), min_size=1),
            },
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_mixture_of_samples_is_answered_and_can_be_judged(
    drawn: list[dict[str, Any]], rollout: Rollout, push: Callable[..., Any]
) -> None:
    samples = [{**one, "at": bucket(one["minutes"]).isoformat()} for one in drawn]
    for one in samples:
        del one["minutes"]
    first, second = push(*samples), push(*samples)
    assert second["stored"] == 0
    assert len(first["refused"]) == len(second["refused"])
    measure.assess(rollout, rollout.segments.first())  # type: ignore[arg-type]
