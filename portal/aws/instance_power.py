"""EC2 instances that are stopped and started again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import tag_map

RUNNING, STOPPED = "running", "stopped"
MOVING = ("pending", "stopping")
GONE = ("shutting-down", "terminated")


@dataclass(frozen=True)
class Machine:
    """One instance: `state` as EC2 says it, `group` its Auto Scaling group and `service` its tag ("" without them)."""

    instance_id: str
    name: str
    state: str
    zone: str
    service: str
    group: str
    root: str
    spot: bool


def of_service(account: str, region: str, service: str) -> list[Machine]:
    """The running instances that are tagged with the service, by id. Raises AwsError."""
    wanted = [{"Name": "tag:service", "Values": [service]}, {"Name": "instance-state-name", "Values": [RUNNING]}]
    return _find(account, region, wanted)


def named(account: str, region: str, ids: Sequence[str]) -> dict[str, Machine]:
    """The instances by id; those that AWS has forgotten are left out. Raises AwsError."""
    # A filter, unlike InstanceIds, is no error where one of them is gone.
    found = _find(account, region, [{"Name": "instance-id", "Values": list(ids)}])
    return {machine.instance_id: machine for machine in found}


def stop(account: str, region: str, ids: Sequence[str]) -> None:
    """Stop these instances. Raises AwsError."""
    with aws_errors("ec2:StopInstances", account, region):
        _client(account, region, "chaos").stop_instances(InstanceIds=list(ids))


def start(account: str, region: str, ids: Sequence[str]) -> None:
    """Start these instances. Raises AwsError."""
    with aws_errors("ec2:StartInstances", account, region):
        _client(account, region, "chaos").start_instances(InstanceIds=list(ids))


def _find(account: str, region: str, wanted: list[dict[str, Any]]) -> list[Machine]:
    with aws_errors("ec2:DescribeInstances", account, region):
        reservations = pages(_client(account, region, "read"), "describe_instances", "Reservations", Filters=wanted)
        found = [_machine(row) for reservation in reservations for row in reservation["Instances"]]
    return sorted(found, key=lambda machine: machine.instance_id)


def _client(account: str, region: str, role: str) -> Any:
    return session.client(account, region, "ec2", role=role, purpose="chaos")


def _machine(row: Mapping[str, Any]) -> Machine:
    tags = tag_map(row.get("Tags"))
    return Machine(
        instance_id=row["InstanceId"],
        name=tags.get("Name") or row["InstanceId"],
        state=row["State"]["Name"],
        zone=row.get("Placement", {}).get("AvailabilityZone", ""),
        service=tags.get("service", ""),
        group=tags.get("aws:autoscaling:groupName", ""),
        root=row.get("RootDeviceType", "ebs"),
        spot=row.get("InstanceLifecycle") == "spot",
    )
