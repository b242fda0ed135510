"""ECS moves a service by its own steps; the portal asks, watches, and has it go back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployments.targets.contract import BROKEN, MOVING, SETTLED, TargetError
from portal.aws.errors import AwsNotFound
from portal.changes import engine
from portal.changes.models import Change
from portal.sandbox import ecs_stages

from .conftest import applied, armed
from .worlds import Clock, World
from .worlds.ecs_service import BREAKER, ROLLING, build
from .worlds.elbv2 import balanced, forward
from .worlds.network import network
from .worlds.world import ACCOUNT, REGION, client

pytestmark = pytest.mark.django_db
CANARY = {
    "strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 5},
    "bakeTimeInMinutes": 10,
}  # fmt: skip
LINEAR = {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 25.0, "stepBakeTimeInMinutes": 1}}
PAUSE = {"targetType": "PAUSE", "lifecycleStages": ["PRODUCTION_TRAFFIC_SHIFT"]}


@pytest.fixture
def service_of(aws: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., World]:
    """service_of({"strategy": ...})."""

    def make(configuration: dict[str, Any], **more: Any) -> World:
        clock = Clock()
        monkeypatch.setattr(aws.state, "wall", clock)
        return build(aws, clock, configuration, **more)

    return make


def shares(world: World) -> list[float]:
    """Every share that the deployment goes through until it settles."""
    seen: list[float] = []
    for _ in range(600):
        found = world.progress()
        if not seen or seen[-1] != found.share:
            seen.append(found.share)
        if found.state != MOVING:
            break
        world.clock.move(1)
    assert found.state == SETTLED, found
    return seen


@pytest.mark.parametrize(
    ("configuration", "steps"),
    [
        (ROLLING, [0, 0.25, 0.5, 0.75, 1]),
        (CANARY, [0, 0.1, 1]),
        (LINEAR, [0, 0.25, 0.5, 0.75, 1]),
        ({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1}, [0, 1]),
    ],
)
def test_progress_tells_each_step_of_the_strategy(
    service_of: Callable[..., World], configuration: dict[str, Any], steps: list[float]
) -> None:
    world = service_of(configuration)
    applied(world)
    assert shares(world) == pytest.approx(steps)


def test_a_rolling_deployment_tells_its_share_in_each_zone(service_of: Callable[..., World]) -> None:
    world = service_of(ROLLING)
    applied(world)
    world.clock.move(3)
    found = world.progress()
    assert found.zones == {"eu-west-1a": 0.0, "eu-west-1b": 0.5}
    assert "rolling" in found.note


def test_the_old_version_is_proven_back_only_when_ecs_is_there(service_of: Callable[..., World]) -> None:
    world = service_of(CANARY)
    change = applied(world)
    world.clock.move(20)
    change = engine.undo(change, "worse")
    assert change.state == "undo_failed", "ECS is still on its way back"
    world.clock.move(10)
    change = engine.undo(Change.objects.get(pk=change.pk), "worse")
    assert change.state == "undone"
    assert world.observe()["version"] == world.old
    rows = client("ecs").list_service_deployments(cluster="shop", service="checkout")["serviceDeployments"]
    assert [row["status"] for row in rows] == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"], "stopped, not deployed once more"


def test_after_its_end_the_old_version_is_deployed_again(service_of: Callable[..., World]) -> None:
    world = service_of(ROLLING)
    change = applied(world)
    world.settle()
    change = engine.undo(change, "complaints")
    assert change.state == "undo_failed"
    world.clock.move(60)
    assert engine.undo(Change.objects.get(pk=change.pk), "complaints").state == "undone"
    rows = client("ecs").list_service_deployments(cluster="shop", service="checkout")["serviceDeployments"]
    assert [row["status"] for row in rows] == ["SUCCESSFUL"] * 3


def test_tasks_that_do_not_start_trip_the_circuit_breaker(service_of: Callable[..., World]) -> None:
    world = service_of(
        {**ROLLING, "deploymentCircuitBreaker": {**BREAKER, "thresholdConfiguration": {"type": "COUNT", "value": 5}}}
    )
    world.post("tasks", account=ACCOUNT, region=REGION, task_definition=world.target["canary"])
    change = applied(world)
    found = world.settle()
    assert found.state == BROKEN
    assert "circuit breaker" in found.note
    assert not world.kind.change.verify_applied(change.target)
    assert world.observe()["version"] == world.old
    assert engine.undo(change, "broken").state in ("undone", "undo_failed")


def test_an_alarm_of_the_deployment_breaks_it(service_of: Callable[..., World]) -> None:
    world = service_of({**ROLLING, "alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True}})
    alarm = {"AlarmName": "errors", "MetricName": "E", "Namespace": "N", "Period": 60, "EvaluationPeriods": 1}
    watch = client("cloudwatch", "read")
    watch.put_metric_alarm(**alarm, Threshold=1.0, ComparisonOperator="GreaterThanThreshold", Statistic="Sum")
    applied(world)
    watch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="Too many")
    found = world.settle()
    assert (found.state, "errors" in found.note) == (BROKEN, True)


def test_a_pausing_hook_holds_the_traffic_until_somebody_answers(service_of: Callable[..., World]) -> None:
    world = service_of({**CANARY, "lifecycleHooks": [PAUSE]})
    applied(world)
    world.clock.move(100)
    found = world.progress()
    assert (found.state, found.share) == (MOVING, 0.0)
    assert "waits for hook-0" in found.note
    ecs = client("ecs")
    arn = ecs.list_service_deployments(cluster="shop", service="checkout")["serviceDeployments"][0][
        "serviceDeploymentArn"
    ]
    with pytest.raises(ClientError, match="does not wait"):
        ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId="hook-7", action="CONTINUE")
    ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId="hook-0", action="CONTINUE")
    world.clock.move(3)
    assert world.progress().share == pytest.approx(0.1)


@pytest.mark.parametrize(("action", "end"), [("ROLLBACK", BROKEN), ("CONTINUE", SETTLED)])
def test_a_hook_that_nobody_answers_times_out(service_of: Callable[..., World], action: str, end: str) -> None:
    timeout = {"timeoutInMinutes": 10, "action": action}
    world = service_of({**CANARY, "lifecycleHooks": [{**PAUSE, "timeoutConfiguration": timeout}]})
    applied(world)
    assert world.settle().state == end


def test_a_deployment_of_somebody_else_that_still_runs_is_a_split(service_of: Callable[..., World]) -> None:
    world = service_of(CANARY)
    world.meddle()
    world.clock.move(20)
    seen = world.observe()
    assert seen["weights"] == {world.old: 0.9}
    assert "10 %" not in world.kind.describe(seen)


def test_a_task_definition_that_is_not_there_is_said_before_anything_moves(service_of: Callable[..., World]) -> None:
    world = service_of(ROLLING)
    world.target["canary"] = world.target["canary"][:-1] + "9"
    with pytest.raises(AwsNotFound, match="no active task definition"):
        armed(world)


def test_a_service_of_another_controller_is_left_to_it(service_of: Callable[..., World], service: Any) -> None:
    world = service_of(ROLLING)
    client("ecs").create_service(
        cluster="shop", serviceName="other", taskDefinition="checkout:1", desiredCount=1,
        deploymentController={"type": "CODE_DEPLOY"},
    )  # fmt: skip
    world.target["ecs_service"] = "other"
    with pytest.raises(TargetError, match="choose the kind codedeploy"):
        world.observe()


def test_blue_green_has_metrics_of_both_target_groups(service_of: Callable[..., World]) -> None:
    world = service_of({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1})
    assert world.kind.streams({**world.target, "restore": world.observe()}) is None
    balancer, (blue, green, _), _ = balanced(network())
    elb = client("elbv2")
    actions = [{"Type": "forward", "ForwardConfig": forward({blue: 1, green: 0})}]
    listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=actions)
    rule = elb.create_rule(
        ListenerArn=listener["Listeners"][0]["ListenerArn"], Priority=1, Actions=actions,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
    )["Rules"][0]["RuleArn"]  # fmt: skip
    advanced = {"alternateTargetGroupArn": green, "productionListenerRule": rule, "roleArn": "arn:aws:iam::1:role/x"}
    wires = [{"targetGroupArn": blue, "containerName": "app", "containerPort": 80, "advancedConfiguration": advanced}]
    client("ecs").update_service(cluster="shop", service="checkout", loadBalancers=wires)
    found = world.kind.streams({**world.target, "restore": world.observe()})
    assert found is not None
    assert found.baseline.requests[0].dimensions["TargetGroup"].startswith("targetgroup/blue/")
    assert found.canary.requests[0].dimensions["TargetGroup"].startswith("targetgroup/green/")
    applied(world)
    world.settle()
    weights = {one["TargetGroupArn"]: one["Weight"] for one in _forward_of(rule)}
    assert weights == {blue: 0, green: 100}
    world.target.pop("restore")
    found = world.kind.streams({**world.target, "restore": world.observe()})
    assert found is not None
    assert found.baseline.requests[0].dimensions["TargetGroup"].startswith("targetgroup/green/"), "green serves now"


def _forward_of(rule: str) -> list[dict[str, Any]]:
    action = client("elbv2").describe_rules(RuleArns=[rule])["Rules"][0]["Actions"][0]
    return list(action["ForwardConfig"]["TargetGroups"])


@pytest.mark.parametrize(
    ("asked", "desired", "count"),
    [({}, 4, 3), ({}, 40, 20), ({}, 1000, 200), ({"type": "COUNT", "value": 7}, 4, 7), ({"type": "UNBOUNDED_PERCENT", "value": 100}, 1000, 1000)],
)  # fmt: skip
def test_the_circuit_breaker_counts_as_ecs_does(asked: dict[str, Any], desired: int, count: int) -> None:
    assert ecs_stages.threshold({"thresholdConfiguration": asked} if asked else {}, desired) == count
