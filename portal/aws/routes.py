"""Route tables of subnets: the swap to one without a way out of the VPC, and back.

A subnet has the route table that it is associated with, or else the main table of its VPC. A new route table has the local
route only, so associating it leaves the subnet without internet, NAT, peering, transit gateway and gateway endpoints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors
from portal.aws.nacl import PURPOSE
from portal.aws.paging import pages

NO_WAY_OUT = "chaos-no-way-out"


@dataclass(frozen=True)
class Tables:
    """The route tables of a VPC. `associated` is (association id, table) by subnet; other subnets have the table `main`.

    `ways_out` is the number of routes by table that lead out of the VPC; `made` are the tables that were made here.
    """

    main: str
    associated: Mapping[str, tuple[str, str]]
    ways_out: Mapping[str, int]
    made: frozenset[str]

    def own(self, subnet: str) -> str:
        """The table that the subnet itself is associated with, "" where it has the main one."""
        return self.associated[subnet][1] if subnet in self.associated else ""


def tables(account: str, region: str, vpc: str) -> Tables:
    """All route tables of the VPC as they are now. Raises AwsError."""
    wanted = [{"Name": "vpc-id", "Values": [vpc]}]
    with aws_errors("ec2:DescribeRouteTables", account, region):
        rows = list(pages(_client(account, region), "describe_route_tables", "RouteTables", Filters=wanted))
    links = [(row["RouteTableId"], link) for row in rows for link in row.get("Associations") or []]
    return Tables(
        main=next((table for table, link in links if link.get("Main")), ""),
        associated={
            link["SubnetId"]: (link["RouteTableAssociationId"], table) for table, link in links if link.get("SubnetId")
        },
        ways_out={row["RouteTableId"]: sum(1 for route in row["Routes"] if _leads_out(route)) for row in rows},
        made=frozenset(row["RouteTableId"] for row in rows if _purpose(row) == NO_WAY_OUT),
    )


def create_dead_end(account: str, region: str, vpc: str) -> str:
    """Create and tag a route table without a way out, and answer its id. Raises AwsError."""
    tags = [{"Key": PURPOSE, "Value": NO_WAY_OUT}, {"Key": "Name", "Value": "colonnade-chaos-no-way-out"}]
    with aws_errors("ec2:CreateRouteTable", account, region):
        answer = _client(account, region, role="chaos").create_route_table(
            VpcId=vpc, TagSpecifications=[{"ResourceType": "route-table", "Tags": tags}]
        )
    return str(answer["RouteTable"]["RouteTableId"])


def give(account: str, region: str, seen: Tables, subnets: Sequence[str], table: str) -> None:
    """Give the subnets this table, or with "" the main one of their VPC. `seen` is how it is now. Raises AwsError."""
    client = _client(account, region, role="chaos")
    for subnet in subnets:
        association, now = seen.associated.get(subnet, ("", ""))
        if now == table:
            continue
        if not association:
            with aws_errors("ec2:AssociateRouteTable", account, region):
                client.associate_route_table(SubnetId=subnet, RouteTableId=table)
        elif not table:
            with aws_errors("ec2:DisassociateRouteTable", account, region):
                client.disassociate_route_table(AssociationId=association)
        else:
            with aws_errors("ec2:ReplaceRouteTableAssociation", account, region):
                client.replace_route_table_association(AssociationId=association, RouteTableId=table)


def _client(account: str, region: str, role: str = "read") -> Any:
    return session.client(account, region, "ec2", role=role, purpose="chaos")


def _purpose(row: Mapping[str, Any]) -> str:
    return next((str(tag["Value"]) for tag in row.get("Tags") or [] if tag["Key"] == PURPOSE), "")


def _leads_out(route: Mapping[str, Any]) -> bool:
    return route.get("GatewayId") != "local" and route.get("State") != "blackhole"
