"""Every operation of the faults of zones, hosts and tasks, once, for the test of shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import Clients, Wall

Ask = Callable[..., dict[str, Any]]
REGION = "us-east-1"


def walk(ask: Ask, client: Clients, wall: Wall) -> None:
    """Groups, tasks, zonal shifts."""
    _groups(ask, client, wall)
    _tasks(ask, wall)
    _shifts(ask, client, wall)


def _groups(ask: Ask, client: Clients, wall: Wall) -> None:
    def group() -> dict[str, Any]:
        asked = ask("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=["search-api"])
        found: dict[str, Any] = asked["AutoScalingGroups"][0]
        return found

    whole = group()["VPCZoneIdentifier"]
    first = whole.split(",")[0]
    ask("autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName="search-api", VPCZoneIdentifier=first)
    assert len({one["AvailabilityZone"] for one in group()["Instances"]}) == 1
    ask("autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName="search-api", VPCZoneIdentifier=whole)
    zones = [one["AvailabilityZone"] for one in group()["Instances"]]
    assert sorted(zones.count(zone) for zone in set(zones)) == [2, 2, 2]
    wall.move(30)
    gone = group()["Instances"][0]["InstanceId"]
    wanted = {"InstanceId": gone, "ShouldDecrementDesiredCapacity": False}
    ask("autoscaling", "TerminateInstanceInAutoScalingGroup", **wanted)
    assert sorted(one["LifecycleState"] for one in group()["Instances"]) == ["InService"] * 5 + ["Pending"]
    wall.move(30)
    stopped = group()["Instances"][0]["InstanceId"]
    client("ec2", REGION).stop_instances(InstanceIds=[stopped])
    states = {one["InstanceId"]: one["HealthStatus"] for one in group()["Instances"]}
    assert [name for name, state in states.items() if state == "Unhealthy"] == [stopped]
    client("ec2", REGION).start_instances(InstanceIds=[stopped])


def _tasks(ask: Ask, wall: Wall) -> None:
    where = {"cluster": "ledger", "services": ["ledger"]}

    def count() -> tuple[int, int]:
        found = ask("ecs", "DescribeServices", "eu-west-1", **where)["services"][0]
        return found["runningCount"], found["pendingCount"]

    whole = count()[0]
    first = ask("ecs", "ListTasks", "eu-west-1", cluster="ledger", serviceName="ledger")["taskArns"][0]
    for _ in range(2):
        stopped = ask("ecs", "StopTask", "eu-west-1", cluster="ledger", task=first, reason="walk")["task"]
        assert (stopped["lastStatus"], stopped["stoppedReason"]) == ("STOPPED", "walk")
    assert count() == (whole - 1, 1)
    wall.move(10)
    assert count() == (whole, 0)
    assert first not in ask("ecs", "ListTasks", "eu-west-1", cluster="ledger", serviceName="ledger")["taskArns"]
    assert ask("ecs", "DescribeTasks", "eu-west-1", cluster="ledger", tasks=[first])["tasks"][0]["stopCode"]


def _shifts(ask: Ask, client: Clients, wall: Wall) -> None:
    shift = "arc-zonal-shift"
    items = ask(shift, "ListManagedResources")["items"]
    managed = next(item for item in items if item["name"] == "search-api")
    where = {"resourceIdentifier": managed["arn"]}
    away = managed["availabilityZones"][0]
    made = ask(shift, "StartZonalShift", **where, awayFrom=away, expiresIn="10m", comment="walk")
    assert ask(shift, "GetManagedResource", **where)["appliedWeights"][away] == 0
    raw = client(shift, REGION)
    with pytest.raises(raw.exceptions.ConflictException):
        raw.start_zonal_shift(**where, awayFrom=away, expiresIn="10m", comment="again")
    for wrong in ({"expiresIn": "0m"}, {"expiresIn": "73h"}, {"expiresIn": "soon"}):
        with pytest.raises(raw.exceptions.ValidationException):
            raw.update_zonal_shift(zonalShiftId=made["zonalShiftId"], **wrong)
    ask(shift, "UpdateZonalShift", zonalShiftId=made["zonalShiftId"], expiresIn="2h", comment="longer")
    wall.move(11 * 60)
    assert [one["comment"] for one in ask(shift, "ListZonalShifts", status="ACTIVE")["items"]] == ["longer"]
    assert ask(shift, "CancelZonalShift", zonalShiftId=made["zonalShiftId"])["status"] == "CANCELED"
    with pytest.raises(raw.exceptions.ConflictException):
        raw.cancel_zonal_shift(zonalShiftId=made["zonalShiftId"])
    ask(shift, "StartZonalShift", **where, awayFrom=away, expiresIn="1h", comment="forgotten")
    wall.move(3601)
    ended = {one["status"] for one in ask(shift, "ListZonalShifts", **where)["items"]}
    assert ended == {"CANCELED", "EXPIRED"}
    assert ask(shift, "GetManagedResource", **where)["appliedWeights"][away] == 1
