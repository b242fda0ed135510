"""Rollouts of a function that the portal carries out, judged by the counts that CloudWatch holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from deployments import plans
from deployments.advance import advance
from deployments.engine.plan.analysis import UNJUDGED
from deployments.models import Rollout
from deployments.rollouts.start import start
from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.functions import function
from tests.scorecards.library.stage import Stage

PERIOD, RINGS = 10, 24
FULL = {"name": "All", "weight": 100, "bake_seconds": 30, "minimum_requests": 100}
CANARY = {"name": "Canary", "weight": 5, "bake_seconds": 30, "minimum_requests": 100}
OLD, NEW = "1", "2"


def rolled_out(
    stage: Stage, *segments: dict[str, Any], errors: int = 1, says: str = "passed", **plan: Any
) -> Iterator[None]:
    """Version 2 of a function of tier 1 takes over from version 1; the canary gives so many errors in 60 calls.

    `says` is what a function that tests the release answers.
    """
    stage.describe(tier=1)
    function(stage, versions=2, Environment={"Variables": {"ANSWER": says}})
    yield
    definition = {"period": PERIOD, "segments": list(segments), **plan}
    planned = plans.add(stage.name, definition, "mira")
    rollout = start(
        stage.service, planned, version="2026.11.3", canary=NEW, by="mira", function=stage.name, alias="live"
    )
    for _ in range(RINGS):
        advance(rollout.pk)
        rollout = Rollout.objects.get(pk=rollout.pk)
        if not rollout.active:
            return
        stage.clock.shift(PERIOD)
        _count(stage, errors)
    raise AssertionError(f"the rollout is {rollout.state}: {rollout.paused_reason}")


def _count(stage: Stage, errors: int) -> None:
    """What both versions answered in the last two periods, as Lambda would count it."""
    now = int(datetime.now(UTC).timestamp()) // PERIOD * PERIOD
    data = []
    for version, calls, failed in ((NEW, 60, errors), (OLD, 1140, 11)):
        where = {"FunctionName": stage.name, "Resource": f"{stage.name}:live", "ExecutedVersion": version}
        dimensions = [{"Name": name, "Value": value} for name, value in where.items()]
        at = datetime.fromtimestamp(now, UTC) - timedelta(seconds=PERIOD)
        data += [
            {"MetricName": name, "Dimensions": dimensions, "Timestamp": at, "Value": value}
            for name, value in (("Invocations", calls), ("Errors", failed))
        ]
    stage.client("cloudwatch").put_metric_data(Namespace="AWS/Lambda", MetricData=data)


def tested(stage: Stage) -> dict[str, Any]:
    """The last segment, with a test after it that a function carries out."""
    return {**FULL, "tests": [{"name": "buys", "kind": "lambda", "function": stage.name, "timeout_seconds": 60}]}


@passes(
    "deployments.canary-no-worse", "deployments.last-rollout-stayed", "deployments.segmented",
    "deployments.canary-judged", "deployments.tests-run",
)  # fmt: skip
@fails("deployments.rollback-proven")
def rollout_that_stayed(stage: Stage) -> Iterator[None]:
    return rolled_out(stage, CANARY, tested(stage))


@passes("deployments.rollback-proven")
@fails("deployments.canary-no-worse", "deployments.last-rollout-stayed", "deployments.tests-run")
def rollout_that_was_taken_back(stage: Stage) -> Iterator[None]:
    return rolled_out(stage, CANARY, FULL, errors=20)


@fails("deployments.tests-run", "deployments.rollback-proven")
def rollout_that_nobody_tested(stage: Stage) -> Iterator[None]:
    return rolled_out(stage, CANARY, FULL)


@fails("deployments.segmented", "deployments.canary-no-worse", "deployments.rollback-proven")
def rollout_in_one_step(stage: Stage) -> Iterator[None]:
    return rolled_out(stage, tested(stage))


@fails("deployments.canary-judged", "deployments.rollback-proven")
def rollout_that_nobody_judged(stage: Stage) -> Iterator[None]:
    return rolled_out(stage, CANARY, tested(stage), analysis={"judge": UNJUDGED})
