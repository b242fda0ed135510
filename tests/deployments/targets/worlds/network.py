"""A network with one subnet in each of two zones, and hosts in it."""

from __future__ import annotations

from dataclasses import dataclass

from .world import client

ZONES = ("eu-west-1a", "eu-west-1b")


@dataclass(frozen=True)
class Network:
    vpc: str
    subnets: tuple[str, ...]

    def hosts(self, zones: tuple[str, ...] = ZONES) -> list[str]:
        """One instance for each of these zones; answers their ids."""
        ec2, of_zone = client("ec2", "read"), dict(zip(ZONES, self.subnets, strict=True))
        made = [
            ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=of_zone[zone])["Instances"][0]
            for zone in zones
        ]
        return [one["InstanceId"] for one in made]


def network() -> Network:
    """A new one."""
    ec2 = client("ec2", "read")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for number, zone in enumerate(ZONES)
    )
    return Network(vpc, tuple(subnets))
