"""Zonal shift of Amazon Application Recovery Controller: a load balancer leaves a zone for a time that AWS itself ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import AwsNotFound, aws_errors
from portal.aws.paging import pages

ACTIVE = "ACTIVE"


@dataclass(frozen=True)
class Shift:
    """One zonal shift that is in place: away from a zone id, with the comment of whoever started it."""

    shift_id: str
    away_from: str
    comment: str


def zone_ids(account: str, region: str) -> dict[str, str]:
    """Zone id (use1-az4) by zone name (us-east-1a), which every account has in an order of its own. Raises AwsError."""
    with aws_errors("ec2:DescribeAvailabilityZones", account, region):
        client = session.client(account, region, "ec2", role="read", purpose="chaos")
        rows = client.describe_availability_zones()["AvailabilityZones"]
    return {row["ZoneName"]: row["ZoneId"] for row in rows}


def weights(account: str, region: str, resource: str) -> dict[str, float] | None:
    """Share of a managed load balancer by zone id, 0 where it is away, None where it cannot be shifted. Raises AwsError."""
    try:
        with aws_errors("arc-zonal-shift:GetManagedResource", account, region):
            answer = _client(account, region).get_managed_resource(resourceIdentifier=resource)
    except AwsNotFound:
        return None
    return {zone: float(weight) for zone, weight in answer["appliedWeights"].items()}


def active(account: str, region: str, resource: str) -> list[Shift]:
    """The shifts of a load balancer that are in place, whoever started them. Raises AwsError."""
    with aws_errors("arc-zonal-shift:ListZonalShifts", account, region):
        wanted = {"resourceIdentifier": resource, "status": ACTIVE}
        return [_shift(row) for row in pages(_client(account, region), "list_zonal_shifts", "items", **wanted)]


def start(account: str, region: str, resource: str, zone_id: str, *, minutes: int, comment: str) -> None:
    """Move the load balancer away from a zone; AWS takes that back after `minutes`. Raises AwsError."""
    with aws_errors("arc-zonal-shift:StartZonalShift", account, region):
        _client(account, region).start_zonal_shift(
            resourceIdentifier=resource, awayFrom=zone_id, expiresIn=f"{minutes}m", comment=comment
        )


def cancel(account: str, region: str, shift: Shift) -> None:
    """End a shift that is in place. Raises AwsError."""
    with aws_errors("arc-zonal-shift:CancelZonalShift", account, region):
        _client(account, region).cancel_zonal_shift(zonalShiftId=shift.shift_id)


def _client(account: str, region: str) -> Any:
    return session.client(account, region, "arc-zonal-shift", role="chaos", purpose="chaos")


def _shift(row: Mapping[str, Any]) -> Shift:
    return Shift(row["zonalShiftId"], row["awayFrom"], row.get("comment", ""))
