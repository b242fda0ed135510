"""What tests of costs pretend to have been observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costs.measure import Readings
from portal.aws.utilisation import HitUse, LookupUse, TableUse, Usage
from services import facts

if TYPE_CHECKING:
    from services.models import Entity

ACCOUNT, REGION = "222222222222", "us-east-1"
HOURS = 14 * 24


def put_group(entity: Entity, **fields: Any) -> None:
    row = {
        "name": entity.name, "arn": f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:group/{entity.name}",
        "account": ACCOUNT, "region": REGION, "tags": {}, "desired": 2, "zone_count": 2, "spot_share": 0.0,
        "instance_types": ["m5.large"], "load_balanced": True,
    } | fields  # fmt: skip
    facts.publish(entity, "aws.asg", {"items": [row], "count": 1}, source="aws")


def put_table(entity: Entity, **fields: Any) -> None:
    row = {
        "name": f"{entity.name}-table", "arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{entity.name}-table",
        "account": ACCOUNT, "region": REGION, "billing_mode": "PAY_PER_REQUEST", "read_capacity": 0,
        "write_capacity": 0,
    } | fields  # fmt: skip
    facts.publish(entity, "aws.dynamodb", {"items": [row], "count": 1}, source="aws")


def usage(level: float, hours: int = HOURS) -> Usage:
    return Usage((level,) * hours, HOURS)


def readings(cpu: float | None = None, *, hours: int = HOURS, name: str = "reports") -> Readings:
    found = Readings()
    if cpu is not None:
        found.cpu[(ACCOUNT, REGION, name)] = usage(cpu, hours)
    return found


def add_table(found: Readings, name: str, reads: float, writes: float, misses: float | None = None) -> Readings:
    found.tables[(ACCOUNT, REGION, f"{name}-table")] = TableUse(usage(reads * 3600), usage(writes * 3600))
    if misses is not None:
        found.lookups[(ACCOUNT, REGION, name)] = LookupUse(usage(1000), usage(1000 * misses))
    return found


def add_cache(found: Readings, name: str, share: float) -> Readings:
    found.caches[(ACCOUNT, REGION, name)] = HitUse(usage(1000 * share), usage(1000 * (1 - share)))
    return found
