"""Networks: VPCs, security groups and addresses."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage

OFFICE, ANYWHERE = "203.0.113.0/24", "0.0.0.0/0"


def marked(stage: Stage, kind: str) -> list[dict[str, Any]]:
    """The tags of something that EC2 makes."""
    return [{"ResourceType": kind, "Tags": stage.listed()}]


def network(stage: Stage, *, logged: bool = True) -> str:
    """A VPC of the service's own; answers its id."""
    ec2 = stage.client("ec2")
    vpc: str = ec2.create_vpc(CidrBlock="10.30.0.0/16", TagSpecifications=marked(stage, "vpc"))["Vpc"]["VpcId"]
    if logged:
        ec2.create_flow_logs(
            ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogDestinationType="s3",
            LogDestination=f"arn:aws:s3:::{_bucket(stage)}",
        )  # fmt: skip
    return vpc


def _bucket(stage: Stage) -> str:
    place = {"LocationConstraint": stage.place.region}
    stage.client("s3").create_bucket(Bucket=stage.name, CreateBucketConfiguration=place)
    return stage.name


def door(stage: Stage, **rule: Any) -> None:
    """A security group with one rule."""
    ec2 = stage.client("ec2")
    group = ec2.create_security_group(
        GroupName=stage.name,
        Description="door",
        VpcId=stage.network.vpc,
        TagSpecifications=marked(stage, "security-group"),
    )["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])


def ssh(cidr: str) -> dict[str, Any]:
    """A rule that lets these addresses in by SSH."""
    return {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": cidr}]}


@passes("services.flow-logs")
def network_that_is_written_down(stage: Stage) -> None:
    network(stage)


@fails("services.flow-logs")
def network_that_nobody_watches(stage: Stage) -> None:
    network(stage, logged=False)


@passes("services.admin-ports-closed")
def door_for_the_office(stage: Stage) -> None:
    door(stage, **ssh(OFFICE))


@passes("services.admin-ports-closed")
def door_for_web_pages(stage: Stage) -> None:
    door(stage, IpProtocol="tcp", FromPort=443, ToPort=443, IpRanges=[{"CidrIp": ANYWHERE}])


@fails("services.admin-ports-closed")
def door_for_everybody(stage: Stage) -> None:
    door(stage, **ssh(ANYWHERE))


@fails("services.admin-ports-closed")
def door_for_everybody_by_ipv6(stage: Stage) -> None:
    door(stage, IpProtocol="tcp", FromPort=3000, ToPort=4000, Ipv6Ranges=[{"CidrIpv6": "::/0"}])


@fails("services.admin-ports-closed")
def door_that_is_no_door(stage: Stage) -> None:
    door(stage, IpProtocol="-1", IpRanges=[{"CidrIp": ANYWHERE}])


@passes("services.addresses-used")
def address_of_a_machine(stage: Stage) -> None:
    ec2 = stage.client("ec2")
    made = ec2.allocate_address(Domain="vpc", TagSpecifications=marked(stage, "elastic-ip"))["AllocationId"]
    card = ec2.create_network_interface(SubnetId=stage.network.private[0])["NetworkInterface"]["NetworkInterfaceId"]
    ec2.associate_address(AllocationId=made, NetworkInterfaceId=card)


@fails("services.addresses-used")
def address_of_nothing(stage: Stage) -> None:
    stage.client("ec2").allocate_address(Domain="vpc", TagSpecifications=marked(stage, "elastic-ip"))
