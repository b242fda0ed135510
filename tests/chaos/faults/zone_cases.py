"""Faults of zones: what they change, and how somebody else would change it meanwhile."""

from __future__ import annotations

from typing import Any

from tests.chaos.faults.case import PLACE, SEARCH, Case, Stage

ZONE = {**PLACE, "zone": "us-east-1a"}


def subnets(stage: Stage, zone: str = ZONE["zone"]) -> list[str]:
    wanted = [{"Name": "tag:service", "Values": [SEARCH]}, {"Name": "availability-zone", "Values": [zone]}]
    return [row["SubnetId"] for row in stage.client("ec2").describe_subnets(Filters=wanted)["Subnets"]]


def _vpc(stage: Stage) -> str:
    return str(stage.client("ec2").describe_subnets(SubnetIds=subnets(stage))["Subnets"][0]["VpcId"])


def acls(stage: Stage) -> dict[str, str]:
    wanted = [{"Name": "vpc-id", "Values": [_vpc(stage)]}]
    rows = stage.client("ec2").describe_network_acls(Filters=wanted)["NetworkAcls"]
    return {link["SubnetId"]: row["NetworkAclId"] for row in rows for link in row["Associations"]}


def _give_acl(stage: Stage) -> None:
    ec2, mine = stage.client("ec2"), subnets(stage)[0]
    other = ec2.create_network_acl(VpcId=_vpc(stage))["NetworkAcl"]["NetworkAclId"]
    for row in ec2.describe_network_acls()["NetworkAcls"]:
        for link in row["Associations"]:
            if link["SubnetId"] == mine:
                ec2.replace_network_acl_association(AssociationId=link["NetworkAclAssociationId"], NetworkAclId=other)
                stage.aws.state.topic("test", "", "")["theirs"] = other
                return


def theirs(stage: Stage) -> Any:
    return stage.aws.state.topic("test", "", "")["theirs"]


def tables(stage: Stage) -> dict[str, str]:
    """The table that each subnet is associated with itself."""
    wanted = [{"Name": "vpc-id", "Values": [_vpc(stage)]}]
    rows = stage.client("ec2").describe_route_tables(Filters=wanted)["RouteTables"]
    return {link["SubnetId"]: row["RouteTableId"] for row in rows for link in row["Associations"] if "SubnetId" in link}


def _give_table(stage: Stage) -> None:
    ec2, mine = stage.client("ec2"), subnets(stage)[0]
    other = ec2.create_route_table(VpcId=_vpc(stage))["RouteTable"]["RouteTableId"]
    for row in ec2.describe_route_tables()["RouteTables"]:
        for link in row["Associations"]:
            if link.get("SubnetId") == mine:
                ec2.replace_route_table_association(AssociationId=link["RouteTableAssociationId"], RouteTableId=other)
    stage.aws.state.topic("test", "", "")["theirs"] = other


def _own_table(stage: Stage) -> None:
    """The subnet of the zone gets a table of its own, with a way out."""
    ec2 = stage.client("ec2")
    gateways = [{"Name": "attachment.vpc-id", "Values": [_vpc(stage)]}]
    gateway = ec2.describe_internet_gateways(Filters=gateways)["InternetGateways"][0]["InternetGatewayId"]
    table = ec2.create_route_table(VpcId=_vpc(stage))["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnets(stage)[0])


FOREIGN = {**PLACE, "zone": "us-east-1f"}
CUT = Case(
    "zone-network-cut", ZONE, acls, ("ec2", "ReplaceNetworkAclAssociation"), FOREIGN, "no subnet in us-east-1f",
    theirs=_give_acl, kept=lambda stage: acls(stage)[subnets(stage)[0]] == theirs(stage),
)  # fmt: skip
MAIN_ROUTES = Case(
    "zone-route-cut", ZONE, tables, ("ec2", "DisassociateRouteTable"), FOREIGN, "no subnet in us-east-1f",
    theirs=_give_table, kept=lambda stage: tables(stage)[subnets(stage)[0]] == theirs(stage),
)  # fmt: skip
OWN_ROUTES = Case(
    "zone-route-cut", ZONE, tables, ("ec2", "ReplaceRouteTableAssociation"), FOREIGN, "no subnet in us-east-1f",
    prepare=_own_table,
)  # fmt: skip
CASES = {"network-acl": CUT, "main-routes": MAIN_ROUTES, "own-routes": OWN_ROUTES}
