"""Faults of hosts: what they change, and how somebody else would change it meanwhile."""

from __future__ import annotations

from typing import Any

from tests.chaos.faults.case import PLACE, SEARCH, Case, Stage
from tests.chaos.faults.zone_cases import subnets

GROUP = {**PLACE, "group": SEARCH}
WARM_UP = 21.0


def group(stage: Stage, name: str = SEARCH) -> Any:
    found = stage.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    return found["AutoScalingGroups"][0]


def group_subnets(stage: Stage) -> str:
    return str(group(stage)["VPCZoneIdentifier"])


def members(stage: Stage) -> list[str]:
    return sorted(one["InstanceId"] for one in group(stage)["Instances"] if one["LifecycleState"] == "InService")


def running(stage: Stage) -> list[str]:
    wanted = [{"Name": "tag:service", "Values": [SEARCH]}, {"Name": "instance-state-name", "Values": ["running"]}]
    found = stage.client("ec2").describe_instances(Filters=wanted)["Reservations"]
    return sorted(one["InstanceId"] for reservation in found for one in reservation["Instances"])


def another_group(stage: Stage) -> None:
    """A group of another service beside the service's own."""
    tags = [
        {"Key": "service", "Value": "checkout", "PropagateAtLaunch": True, "ResourceType": "auto-scaling-group",
         "ResourceId": "checkout"}
    ]  # fmt: skip
    stage.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="checkout", MinSize=2, MaxSize=4, VPCZoneIdentifier=",".join(subnets(stage)),
        LaunchTemplate={"LaunchTemplateName": SEARCH, "Version": "$Latest"}, Tags=tags,
    )  # fmt: skip


def _one_subnet(stage: Stage) -> None:
    only = subnets(stage, "us-east-1b")[0]
    stage.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName=SEARCH, VPCZoneIdentifier=only)


def _replace_the_stopped(stage: Stage) -> None:
    """What the group itself does to members that do not answer."""
    for one in set(members(stage)) - set(running(stage)):
        stage.client("autoscaling").terminate_instance_in_auto_scaling_group(
            InstanceId=one, ShouldDecrementDesiredCapacity=False
        )


FOREIGN = {**GROUP, "group": "checkout"}
LEAVE = Case(
    "asg-leave-zone", {**GROUP, "zone": "us-east-1a"}, group_subnets, ("autoscaling", "UpdateAutoScalingGroup"),
    {**FOREIGN, "zone": "us-east-1a"}, "not a group of search-api", prepare=another_group, wait=WARM_UP,
    theirs=_one_subnet, kept=lambda stage: group_subnets(stage) == subnets(stage, "us-east-1b")[0],
)  # fmt: skip
STOP = Case(
    "instance-stop", {**PLACE, "count": "2"}, running, ("ec2", "StartInstances"),
    {**PLACE, "region": "eu-west-1", "count": "1"}, "runs 0", wait=WARM_UP,
    theirs=_replace_the_stopped, kept=lambda stage: len(members(stage)) == 6,
)  # fmt: skip
STOP_SHARE = Case(
    "instance-stop", {**PLACE, "percent": "34"}, running, ("ec2", "DescribeInstances"),
    {**PLACE, "percent": "84"}, "ask for at most 3",
)  # fmt: skip
TERMINATE = Case(
    "instance-termination", {**GROUP, "percent": "50"}, members, ("autoscaling", "DescribeAutoScalingGroups"),
    {**FOREIGN, "count": "1"}, "not a group of search-api", prepare=another_group, wait=WARM_UP, restores=False,
)  # fmt: skip
CASES = {"group-leaves-zone": LEAVE, "stop-count": STOP, "stop-percent": STOP_SHARE, "terminate": TERMINATE}
