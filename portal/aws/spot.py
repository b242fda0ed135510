"""Spot price history of EC2 instance types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from portal.aws import session
from portal.aws.errors import aws_errors
from portal.aws.paging import pages


@dataclass(frozen=True)
class SpotPrice:
    """The price in US dollars an hour of one type in one zone, in force from `since` until the next point."""

    instance_type: str
    zone: str
    since: datetime
    price: Decimal


def spot_prices(
    account: str, region: str, instance_types: Iterable[str], start: datetime, end: datetime
) -> list[SpotPrice]:
    """Linux spot prices of the types over [start, end); AWS keeps 90 days. Raises AwsError."""
    wanted = sorted(set(instance_types))
    if not wanted:
        return []
    client = session.client(account, region, "ec2", role="read", purpose="cost-review")
    with aws_errors("ec2:DescribeSpotPriceHistory", account, region):
        rows = pages(
            client, "describe_spot_price_history", "SpotPriceHistory",
            InstanceTypes=wanted, ProductDescriptions=["Linux/UNIX"], StartTime=start, EndTime=end,
        )  # fmt: skip
        return [
            SpotPrice(
                row["InstanceType"], row.get("AvailabilityZone", ""),
                row["Timestamp"].astimezone(UTC), Decimal(str(row["SpotPrice"])),
            )
            for row in rows
            if row.get("AvailabilityZone")
        ]  # fmt: skip
