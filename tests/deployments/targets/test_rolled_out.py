"""A rollout by the engine itself goes to its end on every kind of target, and comes back from anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deployments.models import Rollout, RolloutPlan
from deployments.rollouts import control
from deployments.rollouts.start import plan_rollout
from deployments.targets.traffic import same
from portal.changes.models import Change
from tests.deployments.conftest import age, ring

from .worlds import KINDS, World

pytestmark = pytest.mark.django_db
UNJUDGED = {
    "analysis": {"judge": "none"},
    "segments": [
        {"name": "Canary", "weight": 10, "bake_seconds": 0, "minimum_requests": 0},
        {"name": "Region", "weight": 100, "bake_seconds": 0, "minimum_requests": 0},
    ],
}


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, world_of: Callable[[str], World]) -> World:
    return world_of(request.param)


@pytest.fixture
def rollout(world: World, service: Callable[..., Any]) -> Rollout:
    plan = RolloutPlan.objects.create(name="two steps", definition=UNJUDGED)
    return plan_rollout(service("checkout"), plan, dict(world.target), version="2", by="mira")


def go_on(world: World, rollout: Rollout, *states: str, most: int = 120) -> Rollout:
    """Ring while AWS's time passes, until the rollout is in one of these states."""
    for _ in range(most):
        ring(rollout)
        if rollout.state in states:
            return rollout
        world.work()
        world.clock.move(10)
        age(rollout, 60)
    raise AssertionError([rollout.state, *rollout.steps.values_list("text", flat=True)[:8]])


def test_a_good_version_goes_to_the_end(world: World, rollout: Rollout) -> None:
    go_on(world, rollout, "succeeded", "rolled_back", "failed", "paused")
    assert rollout.state == "succeeded", list(rollout.steps.values_list("text", flat=True)[:8])
    seen = world.observe()
    assert (seen["version"], seen["weights"]) == (world.target["canary"], {})
    assert set(Change.objects.values_list("state", flat=True)) == {"kept"}


def test_a_rollback_from_the_middle_brings_the_old_version_back(world: World, rollout: Rollout, mira: Any) -> None:
    before = world.observe()
    ring(rollout)
    world.work()
    control.roll_back(rollout, mira, "complaints")
    go_on(world, rollout, "rolled_back")
    assert same(world.observe(), before)
    assert world.observe().get("raw") == before.get("raw")


def test_a_rollback_after_the_end_brings_the_old_version_back(world: World, rollout: Rollout, mira: Any) -> None:
    before = world.observe()
    go_on(world, rollout, "succeeded")
    control.roll_back(rollout, mira, "complaints")
    go_on(world, rollout, "rolled_back")
    assert same(world.observe(), before)
    assert world.kind.change.verify_undone({**world.target, "restore": before}, before), "proven only when it is there"
    assert Change.objects.count() <= 4, "one change a step, not one a look"
