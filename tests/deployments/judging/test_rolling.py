"""A rollout on the embedded AWS is turned back, goes on or asks, by each judge and by pushed metrics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from deployments.models import MetricPoint, Rollout, RolloutPlan
from deployments.rollouts.start import plan_rollout
from portal.aws.cloudwatch import aligned
from services.models import Entity
from tests.deployments.conftest import TARGET, Alias, age, counts, ring

from .conftest import P95

SEGMENTS = [
    {"name": "Canary", "weight": 5, "bake_seconds": 60, "minimum_requests": 100},
    {"name": "All", "weight": 100, "bake_seconds": 60, "minimum_requests": 100},
]
GOOD = {"canary": (60, 1), "baseline": (1140, 11)}
EQUAL = {"canary": (100, 1), "baseline": (1100, 11)}
BAD = {"canary": (60, 9), "baseline": (1140, 11)}
LIMIT = {"min": 0, "max": 0.05, "interval_seconds": 10, "failed_checks": 2}


@pytest.fixture
def start(alias: Alias, service: Callable[..., Entity]) -> Callable[..., Rollout]:
    """Begin a rollout that is judged in this way; its canary has baked for two minutes."""

    def make(analysis: dict[str, Any]) -> Rollout:
        definition = {"period": 10, "segments": SEGMENTS, "analysis": analysis}
        plan = RolloutPlan.objects.create(name="judged", definition=definition)
        rollout = plan_rollout(service("checkout"), plan, dict(TARGET), version="2", by="mira")
        ring(rollout)
        age(rollout, 62)
        return rollout

    return make


def slow(rollout: Rollout, ratio: float) -> None:
    """Latency of both versions for the last minute and a half."""
    end = aligned(timezone.now(), 10).timestamp()
    for number in range(1, 10):
        at = datetime.fromtimestamp(end - 10 * number, tz=timezone.get_default_timezone())
        for side, value in (("canary", 100 * ratio), ("baseline", 100 + number % 2)):
            MetricPoint.objects.create(rollout=rollout, metric="p95", at=at, side=side, value=value)


@pytest.mark.parametrize(
    ("analysis", "traffic", "state"),
    [
        ({"judge": "obrien_fleming", "maximum_seconds": 120}, BAD, "rolled_back"),
        ({"judge": "obrien_fleming", "maximum_seconds": 120}, GOOD, "running"),
        ({"judge": "thresholds", "metrics": [{"name": "errors", "limits": LIMIT}]}, BAD, "rolled_back"),
        ({"judge": "kayenta", "interval_seconds": 60, "metrics": [{"name": "errors"}]}, BAD, "rolled_back"),
        ({"judge": "kayenta", "interval_seconds": 60, "metrics": [{"name": "errors"}]}, EQUAL, "running"),
    ],
)
def test_each_judge_turns_a_bad_canary_back_and_lets_a_good_one_go_on(
    analysis: dict[str, Any], traffic: dict[str, Any], state: str, start: Callable[..., Rollout], alias: Alias
) -> None:
    rollout = start(analysis)
    counts(**traffic)
    ring(rollout)
    assert rollout.state == state
    assert alias.traffic == (("1", {}) if state == "rolled_back" else ("2", {}))


def test_a_pushed_latency_turns_a_canary_back_whose_errors_are_fine(
    start: Callable[..., Rollout], alias: Alias
) -> None:
    rollout = start({"metrics": [{"name": "errors"}, P95]})
    counts(**GOOD)
    slow(rollout, 1.5)
    ring(rollout)
    assert (rollout.state, alias.traffic) == ("rolled_back", ("1", {}))
    assert "(Latency, p95)" in rollout.reason


def test_a_metric_that_must_have_data_holds_the_rollout_until_it_has(
    start: Callable[..., Rollout], alias: Alias
) -> None:
    rollout = start({"metrics": [{"name": "errors"}, P95]})
    counts(**GOOD)
    ring(rollout)
    assert (rollout.state, rollout.segment_index) == ("running", 0)
    slow(rollout, 1.0)
    ring(rollout)
    assert rollout.segment_index == 1
