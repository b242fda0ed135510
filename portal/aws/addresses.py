"""Elastic IP addresses."""

from __future__ import annotations

from dataclasses import dataclass

from portal.aws.errors import aws_errors
from portal.aws.resource import AwsResource, reader, tag_map


@dataclass(frozen=True, kw_only=True)
class Address(AwsResource):
    """One address; `used` while something answers under it."""

    used: bool


def addresses(account: str, region: str) -> list[Address]:
    """All Elastic IP addresses of the account and region; AWS gives them in one page."""
    with aws_errors("ec2:DescribeAddresses", account, region):
        return [
            Address(
                name=row["PublicIp"],
                arn=f"arn:aws:ec2:{region}:{account}:elastic-ip/{row['AllocationId']}",
                account=account,
                region=region,
                tags=tag_map(row.get("Tags")),
                used=bool(row.get("AssociationId")),
            )
            for row in reader(account, region, "ec2").describe_addresses()["Addresses"]
            if row.get("AllocationId")
        ]
