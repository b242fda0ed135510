"""VPCs and subnets: the region's default network, and an own one for services whose zones are cut in experiments."""

from __future__ import annotations

from dataclasses import dataclass

from portal.sandbox.parts import Service

from .aws import Place, pairs


@dataclass(frozen=True)
class Network:
    """A VPC id with one subnet id for each zone, in zone order."""

    vpc: str
    subnets: list[str]


def shared_network(place: Place) -> Network:
    """The default VPC of the region and its default subnets in the first three zones."""
    found = place.client("ec2").describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    ordered = sorted(found, key=lambda subnet: subnet["AvailabilityZone"])
    return Network(ordered[0]["VpcId"], [subnet["SubnetId"] for subnet in ordered[:3]])


def default_group(place: Place, network: Network) -> str:
    """Id of the default security group of a network."""
    filters = [{"Name": "group-name", "Values": ["default"]}, {"Name": "vpc-id", "Values": [network.vpc]}]
    return str(place.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])


def service_network(place: Place, service: Service) -> Network:
    """The service's own network where it has one, else the shared one."""
    mine = [{"Name": "tag:service", "Values": [service.name]}]
    found = place.client("ec2").describe_subnets(Filters=mine)["Subnets"]
    if not found:
        return shared_network(place)
    ordered = sorted(found, key=lambda subnet: subnet["AvailabilityZone"])
    return Network(ordered[0]["VpcId"], [subnet["SubnetId"] for subnet in ordered])


def _named(service: Service, resource: str, name: str) -> list[dict[str, object]]:
    return [{"ResourceType": resource, "Tags": pairs({**service.tags, "Name": name})}]


def own_subnets(place: Place, service: Service, letters: str) -> list[str]:
    """A VPC with a way out and a subnet in each zone, all on one network ACL that allows everything; returns the subnet ids."""
    ec2 = place.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16", TagSpecifications=_named(service, "vpc", service.name))["Vpc"][
        "VpcId"
    ]
    _way_out(place, service, vpc)
    acl = ec2.create_network_acl(VpcId=vpc, TagSpecifications=_named(service, "network-acl", service.name))[
        "NetworkAcl"
    ]["NetworkAclId"]
    for egress in (False, True):
        ec2.create_network_acl_entry(
            NetworkAclId=acl,
            RuleNumber=100,
            Protocol="-1",
            RuleAction="allow",
            Egress=egress,
            CidrBlock="0.0.0.0/0",
        )
    subnets = []
    for number, zone in enumerate(place.zones(letters)):
        tags = _named(service, "subnet", f"{service.name}-{zone}")
        subnet = ec2.create_subnet(
            VpcId=vpc, AvailabilityZone=zone, CidrBlock=f"10.20.{number}.0/24", TagSpecifications=tags
        )
        subnets.append(subnet["Subnet"]["SubnetId"])
    _associate(place, acl, subnets)
    return subnets


def _way_out(place: Place, service: Service, vpc: str) -> None:
    """An internet gateway, and the route to it in the main table."""
    ec2 = place.client("ec2")
    made = ec2.create_internet_gateway(TagSpecifications=_named(service, "internet-gateway", service.name))
    gateway = made["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.create_route(RouteTableId=tables[0]["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)


def _associate(place: Place, acl: str, subnets: list[str]) -> None:
    ec2 = place.client("ec2")
    found = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": subnets}])["NetworkAcls"]
    for association in (item for listed in found for item in listed["Associations"]):
        if association["SubnetId"] in subnets:
            ec2.replace_network_acl_association(AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl)
