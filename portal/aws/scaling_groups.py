"""One Auto Scaling group under a fault: its subnets and members, and the calls that take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import AwsNotFound, aws_errors
from portal.aws.paging import pages
from portal.aws.resource import tag_map


@dataclass(frozen=True)
class Member:
    """One instance of a group, as the group sees it."""

    instance_id: str
    zone: str
    in_service: bool


@dataclass(frozen=True)
class Group:
    """A group: `service` is its service tag ("" without one), `subnets` what it may launch in, in its own order."""

    name: str
    service: str
    desired: int
    minimum: int
    subnets: tuple[str, ...]
    members: tuple[Member, ...]

    @property
    def serving(self) -> tuple[Member, ...]:
        """The members that are healthy and in service."""
        return tuple(member for member in self.members if member.in_service)

    @property
    def whole(self) -> bool:
        """Whether as many members serve as are wanted."""
        return len(self.serving) >= self.desired


def find(account: str, region: str, name: str) -> Group | None:
    """The group as it is now, None where there is none of this name. Raises AwsError."""
    with aws_errors("autoscaling:DescribeAutoScalingGroups", account, region):
        client = _client(account, region, "read")
        rows = list(pages(client, "describe_auto_scaling_groups", "AutoScalingGroups", AutoScalingGroupNames=[name]))
    return _group(rows[0]) if rows else None


def group(account: str, region: str, name: str) -> Group:
    """The same. Raises AwsNotFound where there is none."""
    found = find(account, region, name)
    if found is None:
        message = f"there is no Auto Scaling group {name}"
        raise AwsNotFound("autoscaling:DescribeAutoScalingGroups", account, region, "NotFound", message)
    return found


def set_subnets(account: str, region: str, name: str, subnets: Sequence[str]) -> None:
    """Let the group launch in these subnets only. Raises AwsError."""
    with aws_errors("autoscaling:UpdateAutoScalingGroup", account, region):
        _client(account, region, "chaos").update_auto_scaling_group(
            AutoScalingGroupName=name, VPCZoneIdentifier=",".join(subnets)
        )


def terminate(account: str, region: str, instance_id: str) -> None:
    """Terminate a member; the group launches another. AWS refuses what is in no group. Raises AwsError."""
    with aws_errors("autoscaling:TerminateInstanceInAutoScalingGroup", account, region):
        _client(account, region, "chaos").terminate_instance_in_auto_scaling_group(
            InstanceId=instance_id, ShouldDecrementDesiredCapacity=False
        )


def _client(account: str, region: str, role: str) -> Any:
    return session.client(account, region, "autoscaling", role=role, purpose="chaos")


def _group(row: Mapping[str, Any]) -> Group:
    return Group(
        name=row["AutoScalingGroupName"],
        service=tag_map(row.get("Tags")).get("service", ""),
        desired=int(row.get("DesiredCapacity", 0)),
        minimum=int(row.get("MinSize", 0)),
        subnets=tuple(part.strip() for part in (row.get("VPCZoneIdentifier") or "").split(",") if part.strip()),
        members=tuple(_member(one) for one in row.get("Instances") or []),
    )


def _member(row: Mapping[str, Any]) -> Member:
    in_service = row.get("LifecycleState") == "InService" and row.get("HealthStatus") == "Healthy"
    return Member(row["InstanceId"], row.get("AvailabilityZone", ""), in_service)
