"""Rollouts of a function that the portal carries out, judged by the counts that CloudWatch holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from deployments import plans
from deployments.advance import advance
from deployments.models import Rollout
from deployments.start import start
from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.functions import function
from tests.scorecards.library.stage import Stage

PERIOD = 10
STEPS = {
    "period": PERIOD,
    "segments": [
        {"name": "Canary", "weight": 5, "bake_seconds": 30, "minimum_requests": 100},
        {"name": "All", "weight": 100, "bake_seconds": 30, "minimum_requests": 100},
    ],
}
BASELINE, CANARY = "1", "2"
RINGS = 12


def rolled_out(stage: Stage, canary_errors: int) -> Iterator[None]:
    """Version 2 of a function of tier 1 takes over from version 1, where the canary gives so many errors in 60 calls."""
    stage.describe(tier=1)
    function(stage, versions=2)
    yield
    plan = plans.add("two steps", STEPS, "mira")
    rollout = start(stage.service, plan, version="2026.11.3", canary=CANARY, by="mira")
    for _ in range(RINGS):
        advance(rollout.pk)
        stage.clock.shift(2 * PERIOD)
        _count(stage, canary_errors)
    assert not Rollout.objects.get(pk=rollout.pk).active


def _count(stage: Stage, canary_errors: int) -> None:
    """What both versions answered in the last two periods, as Lambda would count it."""
    now = int(datetime.now(UTC).timestamp()) // PERIOD * PERIOD
    data = []
    for version, calls, errors in ((CANARY, 60, canary_errors), (BASELINE, 1140, 11)):
        where = {"FunctionName": stage.name, "Resource": f"{stage.name}:live", "ExecutedVersion": version}
        dimensions = [{"Name": name, "Value": value} for name, value in where.items()]
        for ago in (1, 2):
            at = datetime.fromtimestamp(now, UTC) - timedelta(seconds=ago * PERIOD)
            data += [
                {"MetricName": name, "Dimensions": dimensions, "Timestamp": at, "Value": value}
                for name, value in (("Invocations", calls), ("Errors", errors))
            ]
    stage.client("cloudwatch").put_metric_data(Namespace="AWS/Lambda", MetricData=data)


@passes("deployments.canary-no-worse", "deployments.last-rollout-stayed")
def rollout_that_stayed(stage: Stage) -> Iterator[None]:
    return rolled_out(stage, canary_errors=1)


@fails("deployments.canary-no-worse", "deployments.last-rollout-stayed")
def rollout_that_was_taken_back(stage: Stage) -> Iterator[None]:
    return rolled_out(stage, canary_errors=20)
