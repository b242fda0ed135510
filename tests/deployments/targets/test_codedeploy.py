"""CodeDeploy takes its own steps over hosts, zones and traffic; the portal asks, watches, stops, and has it go back."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployments.targets.codedeploy import observe
from deployments.targets.contract import BROKEN, MOVING, SETTLED, Moved, TargetError
from portal.changes import engine
from portal.changes.models import Change
from portal.sandbox import rollout

from .conftest import applied, armed
from .worlds import Clock, World
from .worlds.codedeploy import GROUP, ROLE, build, build_lambda, fail, github, instances
from .worlds.world import client

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(aws: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(aws.state, "wall", made)
    return made


@pytest.fixture
def servers(aws: Any, clock: Clock) -> World:
    return build(aws, clock)


@pytest.fixture
def function(aws: Any, clock: Clock) -> World:
    return build_lambda(aws, clock)


def own_config(name: str, **more: Any) -> None:
    client("codedeploy").create_deployment_config(deploymentConfigName=name, **more)


def deployments() -> list[dict[str, Any]]:
    """All of the group, oldest first."""
    deploy = client("codedeploy")
    ids = deploy.list_deployments(**GROUP)["deployments"]
    found = [deploy.get_deployment(deploymentId=one)["deploymentInfo"] for one in ids]
    return sorted(found, key=lambda info: info["createTime"])


def statuses(world: World, seconds: float = 400) -> list[str]:
    """Every status that the newest deployment goes through."""
    seen: list[str] = []
    for _ in range(int(seconds)):
        status = deployments()[-1]["status"]
        if not seen or seen[-1] != status:
            seen.append(status)
        world.clock.move(1)
    return seen


def test_a_deployment_lives_from_created_to_succeeded(servers: World) -> None:
    applied(servers)
    assert statuses(servers, 60) == ["Created", "Queued", "InProgress", "Succeeded"]


@pytest.mark.parametrize(("kind", "value", "first"), [("HOST_COUNT", 6, 3), ("FLEET_PERCENT", 40, 5)])
def test_so_many_hosts_at_a_time_as_the_user_guide_says(
    aws: Any, clock: Clock, kind: str, value: int, first: int
) -> None:
    own_config("own", minimumHealthyHosts={"type": kind, "value": value})
    world = build(aws, clock, "own", hosts=9)
    applied(world)
    clock.move(5)
    health = [host.health for host in world.kind.hosts({**world.target, "restore": world.observe()})]
    assert (health.count("starting"), len(health)) == (first, 9)


def test_zone_goes_after_zone_and_each_is_watched(aws: Any, clock: Clock) -> None:
    zonal = {"firstZoneMonitorDurationInSeconds": 300, "monitorDurationInSeconds": 60,
             "minimumHealthyHostsPerZone": {"type": "HOST_COUNT", "value": 0}}  # fmt: skip
    own_config("zonal", minimumHealthyHosts={"type": "FLEET_PERCENT", "value": 0}, zonalConfig=zonal)
    world = build(aws, clock, "zonal")
    applied(world)
    clock.move(20)
    found = world.progress()
    assert found.state == MOVING
    assert found.zones == {"eu-west-1a": 1.0, "eu-west-1b": 0.0}
    assert "Baking" in found.note
    assert statuses(world, 90) == ["Baking", "InProgress", "Succeeded"]
    assert world.progress().state == SETTLED


def test_one_failing_host_is_borne_where_enough_are_left(servers: World, aws: Any) -> None:
    change = applied(servers)
    fail(aws, [instances()[0]["InstanceId"]])
    assert servers.settle().state == SETTLED
    health = {host.health for host in servers.kind.hosts(change.target)}
    assert health == {"healthy", "unhealthy"}


def test_too_many_failing_hosts_break_it_and_codedeploy_goes_back(servers: World, aws: Any) -> None:
    change = applied(servers)
    fail(aws, [one["InstanceId"] for one in instances()[:4]])
    servers.clock.move(30)
    servers.progress()
    fail(aws, [])
    found = servers.settle()
    assert found.state == BROKEN
    assert "codeDeployRollback" in found.note
    assert not servers.kind.change.verify_applied(change.target)
    servers.clock.move(60)
    change = engine.undo(change, found.note)
    assert change.state == "undone"
    assert servers.observe()["version"] == servers.old
    failed, rolled_back = deployments()[-2:]
    assert failed["errorInformation"]["code"] == "HEALTH_CONSTRAINTS"
    assert rolled_back["revision"] == github("aaaaaaa"), "the last good revision, not the failed one"


def test_an_undo_stops_what_runs_and_is_proven_only_by_the_old_revision(servers: World) -> None:
    change = applied(servers)
    servers.clock.move(8)
    change = engine.undo(change, "worse")
    assert change.state == "undo_failed", "the rollback is on its way"
    servers.clock.move(60)
    assert engine.undo(Change.objects.get(pk=change.pk), "worse").state == "undone"
    stopped, back = deployments()[-2:]
    assert (stopped["status"], back["creator"], back["status"]) == ("Stopped", "codeDeployRollback", "Succeeded")


def test_after_its_end_the_old_revision_is_deployed_again(servers: World) -> None:
    change = applied(servers)
    servers.settle()
    assert engine.undo(change, "complaints").state == "undo_failed"
    servers.clock.move(60)
    assert engine.undo(Change.objects.get(pk=change.pk), "complaints").state == "undone"
    last = deployments()[-1]
    assert (last["revision"], last["creator"]) == (github("aaaaaaa"), "user")


def test_the_deployment_of_a_killed_worker_is_found_and_not_made_twice(servers: World) -> None:
    change = armed(servers)
    servers.kind.change.apply(change.target)
    servers.kind.change.apply(change.target)
    assert engine.apply(change).state == "applied"
    assert len(deployments()) == 2
    assert "Colonnade" in deployments()[-1]["description"]


def test_a_running_deployment_of_somebody_else_is_a_split_and_is_not_disturbed(servers: World) -> None:
    change = armed(servers)
    client("codedeploy").create_deployment(**GROUP, revision=github("ccccccc"))
    assert servers.observe()["weights"] == {"github:shop/checkout@ccccccc": 0.0}
    with pytest.raises(Moved):
        engine.apply(change)
    assert len(deployments()) == 2


def test_a_group_that_never_deployed_has_nothing_to_go_back_to(servers: World) -> None:
    client("codedeploy").create_deployment_group(
        applicationName="checkout", deploymentGroupName="new", serviceRoleArn=ROLE
    )
    with pytest.raises(TargetError, match="deploy once before"):
        observe({**servers.target, "group": "new"})


def test_lambda_traffic_is_told_as_it_shifts(function: World) -> None:
    change = applied(function)
    function.clock.move(6)
    assert function.progress().share == pytest.approx(0.1)
    alias = client("lambda").get_alias(FunctionName="checkout", Name="live")
    assert alias["RoutingConfig"]["AdditionalVersionWeights"] == {"2": 0.1}
    assert function.settle().state == SETTLED
    found = function.kind.streams(change.target)
    assert found is not None
    assert found.canary.requests[0].dimensions["ExecutedVersion"] == "2"


def test_a_lambda_deployment_goes_back_with_its_alias(function: World) -> None:
    change = applied(function)
    function.clock.move(6)
    engine.undo(change, "worse")
    function.clock.move(60)
    assert engine.undo(Change.objects.get(pk=change.pk), "worse").state == "undone"
    assert client("lambda").get_alias(FunctionName="checkout", Name="live")["FunctionVersion"] == "1"


def test_a_failing_hook_breaks_it_and_is_named(function: World, aws: Any) -> None:
    fail(aws, ["AfterAllowTraffic"])
    applied(function)
    found = function.settle()
    assert found.state == BROKEN
    assert deployments()[-2]["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"


@pytest.mark.parametrize(("answer", "end"), [("Succeeded", SETTLED), ("Failed", BROKEN)])
def test_a_hook_that_never_answers_holds_the_deployment_until_it_does(
    function: World, aws: Any, answer: str, end: str
) -> None:
    fail(aws, [], held=("BeforeAllowTraffic",))
    applied(function)
    function.clock.move(500)
    found = function.progress()
    assert (found.state, found.share) == (MOVING, 0.0)
    deploy, made = client("codedeploy"), deployments()[-1]["deploymentId"]
    with pytest.raises(ClientError, match="InvalidLifecycleEventHookExecutionStatus"):
        deploy.put_lifecycle_event_hook_execution_status(
            deploymentId=made, lifecycleEventHookExecutionId=f"{made}:BeforeAllowTraffic", status="Skipped"
        )
    deploy.put_lifecycle_event_hook_execution_status(
        deploymentId=made, lifecycleEventHookExecutionId=f"{made}:BeforeAllowTraffic", status=answer
    )
    assert function.settle().state == end


def test_waves_never_mix_zones_and_take_each_host_once() -> None:
    machines = {f"i-{number}": f"z{number % 3}" for number in range(10)}
    found = rollout.waves(machines, {"zonalConfig": {"monitorDurationInSeconds": 100}})
    assert sorted(name for wave in found for name in wave.names) == sorted(machines)
    assert all(len({machines[name] for name in wave.names}) == 1 for wave in found)
    assert [wave.start for wave in found] == sorted(wave.start for wave in found)


def test_the_embedded_aws_refuses_configurations_that_codedeploy_refuses(servers: World) -> None:
    zonal = {"monitorDurationInSeconds": 60}
    with pytest.raises(ClientError, match="InvalidZonalDeploymentConfiguration"):
        own_config("own", computePlatform="Lambda", zonalConfig=zonal)
    with pytest.raises(ClientError, match="InvalidMinimumHealthyHostValue"):
        own_config("own", minimumHealthyHosts={"type": "FLEET_PERCENT", "value": 101})
    with pytest.raises(ClientError, match="InvalidOperation"):
        client("codedeploy").delete_deployment_config(deploymentConfigName="CodeDeployDefault.HalfAtATime")
    own_config("own", minimumHealthyHosts={"type": "HOST_COUNT", "value": 1})
    client("codedeploy").create_deployment_group(
        applicationName="checkout", deploymentGroupName="new", serviceRoleArn=ROLE, deploymentConfigName="own"
    )
    with pytest.raises(ClientError, match="DeploymentConfigInUse"):
        client("codedeploy").delete_deployment_config(deploymentConfigName="own")
