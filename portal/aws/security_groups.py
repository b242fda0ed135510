"""Security groups, and which doors for administrators they open to the world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map

ADMIN_PORTS = (22, 3389)
"""SSH and Remote Desktop."""
ANYWHERE = {"0.0.0.0/0", "::/0"}


@dataclass(frozen=True, kw_only=True)
class SecurityGroup(AwsResource):
    """One group; `open_admin_ports` are the ports of ADMIN_PORTS that any address may reach."""

    vpc_id: str
    open_admin_ports: tuple[int, ...]


def security_groups(account: str, region: str) -> list[SecurityGroup]:
    """All security groups of the account and region."""
    with aws_errors("ec2:DescribeSecurityGroups", account, region):
        return [
            SecurityGroup(
                name=row["GroupName"],
                arn=f"arn:aws:ec2:{region}:{account}:security-group/{row['GroupId']}",
                account=account,
                region=region,
                tags=tag_map(row.get("Tags")),
                vpc_id=row.get("VpcId") or "",
                open_admin_ports=_open(row.get("IpPermissions") or []),
            )
            for row in pages(reader(account, region, "ec2"), "describe_security_groups", "SecurityGroups")
        ]


def _open(rules: Iterable[Mapping[str, Any]]) -> tuple[int, ...]:
    wide = [rule for rule in rules if _from_anywhere(rule)]
    return tuple(port for port in ADMIN_PORTS if any(_covers(rule, port) for rule in wide))


def _from_anywhere(rule: Mapping[str, Any]) -> bool:
    ranges = {entry.get("CidrIp") for entry in rule.get("IpRanges") or []}
    return bool(ANYWHERE & (ranges | {entry.get("CidrIpv6") for entry in rule.get("Ipv6Ranges") or []}))


def _covers(rule: Mapping[str, Any], port: int) -> bool:
    """A rule for every protocol (-1) has no ports."""
    if rule.get("IpProtocol") == "-1":
        return True
    return rule.get("IpProtocol") in {"tcp", "6"} and rule.get("FromPort", 0) <= port <= rule.get("ToPort", 65535)
