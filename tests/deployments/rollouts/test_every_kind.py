"""On every kind of target a good version goes to the end, and a bad one is taken back, whatever shows that it is bad."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deployments.models import Rollout
from portal.aws import session
from portal.changes.models import OPEN, Change
from services.models import Entity
from tests.deployments.conftest import ACCOUNT, REGION
from tests.deployments.targets.conftest import world_of
from tests.deployments.targets.worlds import KINDS, World
from tests.deployments.targets.worlds.lambda_alias import function

from .killing import Killer
from .lives import BAD, GOOD, Life
from .test_killed_anywhere import BACK, FORWARD

__all__ = ["world_of"]
Worlds = Callable[[str], World]
Services = Callable[..., Entity]
TEST = {"name": "smoke", "kind": "lambda", "function": "smoke", "timeout_seconds": 60}


def arrived(life: Life) -> None:
    """The new version serves alone, and nothing is left armed."""
    assert life.rollout.state == "succeeded", life.rollout.reason
    assert life.world.share() == pytest.approx(1)
    assert not Change.objects.filter(state__in=OPEN).exists()


def taken_back(life: Life, why: str) -> Rollout:
    """The old version serves alone, which was proven, and nothing is left armed."""
    assert life.rollout.state == "rolled_back", life.rollout.paused_reason
    assert why in life.rollout.reason
    seen = life.world.observe()
    assert (seen["version"], sum(seen["weights"].values())) == (life.world.old, 0)
    assert not Change.objects.filter(state__in=OPEN).exists()
    assert "proved" in life.rollout.steps.first().text
    return life.rollout


def smoke(answer: str) -> None:
    """The function that tests a release, with its answer."""
    function("smoke", versions=1).update_function_configuration(
        FunctionName="smoke", Environment={"Variables": {"ANSWER": answer}}
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_version_goes_through_all_segments_to_the_end(kind: str, world_of: Worlds, service: Services) -> None:
    smoke("passed") if kind != "lambda-alias" else None
    world = world_of(kind)
    sections = {"tests": [TEST]} if kind != "lambda-alias" else {}
    life = Life(world, service, sections)
    life.live()
    arrived(life)
    assert [segment.state for segment in life.rollout.segments.all()] == ["done", "done"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_version_with_more_errors_is_taken_back(kind: str, world_of: Worlds, service: Services) -> None:
    life = Life(world_of(kind), service, {})
    life.live(BAD)
    taken_back(life, "Worse than the baseline")


@pytest.mark.parametrize("kind", KINDS)
def test_a_version_whose_hosts_fall_sick_is_taken_back(kind: str, world_of: Worlds, service: Services) -> None:
    world = world_of(kind)
    if not world.has_hosts:
        pytest.skip(f"a {kind} has no hosts")
    life = Life(world, service, {"minimum_healthy": {"percent": 75, "grace_seconds": 10}, "bake_seconds": 300})
    life.live(each=lambda: world.sicken(2))
    taken_back(life, "healthy")


@pytest.mark.parametrize("kind", KINDS)
def test_a_version_that_fails_its_test_is_taken_back(kind: str, world_of: Worlds, service: Services) -> None:
    world = world_of(kind)
    smoke("failed")
    life = Life(world, service, {"tests": [TEST]})
    life.live()
    taken_back(life, "Post-deployment test smoke")


@pytest.mark.parametrize("kind", KINDS)
def test_a_version_whose_test_never_answers_is_taken_back(kind: str, world_of: Worlds, service: Services) -> None:
    world = world_of(kind)
    smoke("silent")
    life = Life(world, service, {"tests": [TEST | {"invocation": "event"}]})
    life.live()
    taken_back(life, "Post-deployment test smoke")


@pytest.mark.parametrize("kind", KINDS)
def test_an_alarm_takes_the_version_back(kind: str, world_of: Worlds, service: Services) -> None:
    world = world_of(kind)
    cloudwatch = session.client(ACCOUNT, REGION, "cloudwatch", role="read")
    cloudwatch.put_metric_alarm(
        AlarmName="errors", MetricName="Errors", Namespace="Shop", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    life = Life(world, service, {"bake_seconds": 300}, alarms=["errors"])
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="OK", StateReason="quiet")
    life.ring()
    life.pass_time()
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="loud")
    life.live()
    taken_back(life, "Alarm errors is in ALARM")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("good", [True, False], ids=["good", "bad"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "lambda-alias"])
def test_workers_killed_at_every_boundary_change_nothing_in_the_outcome(
    kind: str, good: bool, after: bool, world_of: Worlds, service: Services
) -> None:
    """One life in which a worker is killed once at each boundary; the alias has a test for each boundary of its own."""
    life = Life(world_of(kind), service, {})
    boundaries = iter([*FORWARD, *BACK])
    life.killer = Killer(next(boundaries), after=after)

    def next_boundary() -> None:
        if life.killer.done:
            life.killer = Killer(next(boundaries, ""), after=after)

    life.live(GOOD if good else BAD, each=next_boundary)
    arrived(life) if good else taken_back(life, "Worse than the baseline")
