"""Network ACLs of subnets: what stands between a zone and the rest, and the swap that cuts it off and back on.

A subnet always has exactly one network ACL. A custom ACL without an allow rule denies everything, so associating it
cuts the subnet off, and associating the former one brings it back. Both are one call a subnet and take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import AwsNotFound, aws_errors
from portal.aws.paging import pages
from portal.aws.resource import tag_map

PURPOSE = "colonnade:purpose"
DENY_ALL = "chaos-deny-all"


@dataclass(frozen=True)
class Subnet:
    """One subnet with its zone name (us-east-1a) and its service tag ("" without one)."""

    subnet_id: str
    name: str
    vpc: str
    zone: str
    service: str


@dataclass(frozen=True)
class Host:
    """One running or starting instance; `service` is its service tag ("" without one)."""

    instance_id: str
    subnet_id: str
    zone: str
    service: str


@dataclass(frozen=True)
class Association:
    """Which network ACL a subnet has; the association id changes with every swap."""

    association_id: str
    acl: str
    subnet_id: str


def subnets(account: str, region: str, *, service: str = "", ids: Sequence[str] = ()) -> list[Subnet]:
    """Subnets tagged with the service, or the named ones. Raises AwsError."""
    with aws_errors("ec2:DescribeSubnets", account, region):
        client = _client(account, region)
        rows = pages(client, "describe_subnets", "Subnets", **_select(service, "subnet-id", ids))
        return sorted((_subnet(row) for row in rows), key=lambda subnet: subnet.subnet_id)


def hosts(account: str, region: str, *, service: str = "", subnet_ids: Sequence[str] = ()) -> list[Host]:
    """Running and starting instances of the service, or in the named subnets. Raises AwsError."""
    alive = {"Name": "instance-state-name", "Values": ["pending", "running"]}
    query = _select(service, "subnet-id", subnet_ids)
    with aws_errors("ec2:DescribeInstances", account, region):
        reservations = pages(
            _client(account, region), "describe_instances", "Reservations", Filters=[alive, *query["Filters"]]
        )
        found = [_host(row) for reservation in reservations for row in reservation["Instances"]]
    return sorted(found, key=lambda host: host.instance_id)


def associations(account: str, region: str, subnet_ids: Sequence[str]) -> dict[str, Association]:
    """The current ACL of each subnet, by subnet id. Raises AwsNotFound when one of them has none to be seen."""
    with aws_errors("ec2:DescribeNetworkAcls", account, region):
        wanted = [{"Name": "association.subnet-id", "Values": list(subnet_ids)}]
        rows = list(pages(_client(account, region), "describe_network_acls", "NetworkAcls", Filters=wanted))
        found = {
            entry["SubnetId"]: Association(entry["NetworkAclAssociationId"], row["NetworkAclId"], entry["SubnetId"])
            for row in rows
            for entry in row["Associations"]
            if entry["SubnetId"] in subnet_ids
        }
        missing = sorted(set(subnet_ids) - set(found))
        if missing:
            message = f"no network ACL is seen for {', '.join(missing)}"
            raise AwsNotFound("ec2:DescribeNetworkAcls", account, region, "NoAssociation", message)
    return found


def deny_all(account: str, region: str, vpc: str) -> str | None:
    """The id of our deny-all ACL in this VPC, if it is there and still has no allow rule. Raises AwsError."""
    denying = [row["NetworkAclId"] for row in _made(account, region, vpc) if not _allows(row)]
    return min(denying, default=None)


def made(account: str, region: str, vpc: str) -> set[str]:
    """Ids of all deny-all ACLs that were made here, also of one that somebody has opened since. Raises AwsError."""
    return {str(row["NetworkAclId"]) for row in _made(account, region, vpc)}


def _made(account: str, region: str, vpc: str) -> list[dict[str, Any]]:
    wanted = [{"Name": f"tag:{PURPOSE}", "Values": [DENY_ALL]}, {"Name": "vpc-id", "Values": [vpc]}]
    with aws_errors("ec2:DescribeNetworkAcls", account, region):
        return list(pages(_client(account, region), "describe_network_acls", "NetworkAcls", Filters=wanted))


def create_deny_all(account: str, region: str, vpc: str) -> str:
    """Create and tag a deny-all ACL for this VPC, and answer its id. Raises AwsError."""
    tags = [{"Key": PURPOSE, "Value": DENY_ALL}, {"Key": "Name", "Value": "colonnade-chaos-deny-all"}]
    with aws_errors("ec2:CreateNetworkAcl", account, region):
        answer = _client(account, region, role="chaos").create_network_acl(
            VpcId=vpc, TagSpecifications=[{"ResourceType": "network-acl", "Tags": tags}]
        )
    return str(answer["NetworkAcl"]["NetworkAclId"])


def associate(account: str, region: str, association: Association, acl: str) -> None:
    """Give the subnet of this association another ACL. Raises AwsError."""
    with aws_errors("ec2:ReplaceNetworkAclAssociation", account, region):
        _client(account, region, role="chaos").replace_network_acl_association(
            AssociationId=association.association_id, NetworkAclId=acl
        )


def _client(account: str, region: str, role: str = "read") -> Any:
    return session.client(account, region, "ec2", role=role, purpose="chaos")


def _select(service: str, name: str, values: Sequence[str]) -> dict[str, Any]:
    chosen = {"Name": "tag:service", "Values": [service]} if service else {"Name": name, "Values": list(values)}
    return {"Filters": [chosen]}


def _subnet(row: Mapping[str, Any]) -> Subnet:
    tags = tag_map(row.get("Tags"))
    name = tags.get("Name", row["SubnetId"])
    return Subnet(row["SubnetId"], name, row["VpcId"], row["AvailabilityZone"], tags.get("service", ""))


def _host(row: Mapping[str, Any]) -> Host:
    zone = row.get("Placement", {}).get("AvailabilityZone", "")
    return Host(row["InstanceId"], row.get("SubnetId", ""), zone, tag_map(row.get("Tags")).get("service", ""))


def _allows(row: Mapping[str, Any]) -> bool:
    return any(entry.get("RuleAction") == "allow" for entry in row.get("Entries", []))
