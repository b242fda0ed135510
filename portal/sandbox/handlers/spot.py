"""Spot price history: moto's is one constant of the year 2006, too cheap and too old to judge anything by."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.sandbox.registry import Context, handles
from portal.sandbox.state import State

ON_DEMAND = {"t3.medium": 0.0416, "t3.large": 0.0832, "m5.large": 0.096, "m5.xlarge": 0.192, "c5.large": 0.085}
"""USD an hour that the invented spot prices hang about; other types have no history here."""
ZONES = "abc"
STEP = timedelta(hours=36)
KEPT = timedelta(days=90)


def _moment(value: Any, otherwise: datetime) -> datetime:
    if not isinstance(value, datetime):
        return otherwise
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _points(instance_type: str, zone: str, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
    """A price every 36 hours at 34 to 46 % of on demand, the same for the same slot whenever it is asked."""
    slot = int(start.timestamp() // STEP.total_seconds())
    while slot * STEP.total_seconds() < end.timestamp():
        rng = random.Random(zlib.crc32(f"{instance_type} {zone} {slot}".encode()))
        price = ON_DEMAND[instance_type] * (0.40 + rng.uniform(-0.06, 0.06))
        yield {
            "InstanceType": instance_type,
            "AvailabilityZone": zone,
            "ProductDescription": "Linux/UNIX",
            "SpotPrice": f"{price:.6f}",
            "Timestamp": datetime.fromtimestamp(slot * STEP.total_seconds(), UTC),
        }
        slot += 1


@handles("ec2", "DescribeSpotPriceHistory")
def describe_spot_price_history(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """History of the asked types in the three zones of the region, newest first, at most 90 days back."""
    end = _moment(params.get("EndTime"), datetime.fromtimestamp(state.wall(), UTC))
    start = max(_moment(params.get("StartTime"), end), end - KEPT)
    wanted = [kind for kind in params.get("InstanceTypes") or ON_DEMAND if kind in ON_DEMAND]
    points = [
        point for kind in wanted for letter in ZONES for point in _points(kind, f"{context.region}{letter}", start, end)
    ]
    return {"SpotPriceHistory": sorted(points, key=lambda point: point["Timestamp"], reverse=True), "NextToken": ""}
