"""A DynamoDB table as the cache detectors see it, and what its reads cost a month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from costs.engine.findings import Measure, Subject
from costs.engine.money import HOURS_PER_MONTH, SECONDS_PER_MONTH, grouped
from costs.engine.prices import Price

MILLION = Decimal(1_000_000)
HIT_RATES = (Decimal("0.5"), Decimal("0.8"), Decimal("0.95"))


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its consumed read and write units a second; provisioned_reads is 0 for on-demand tables.

    cache_hit_rate is the share of hits (0 to 1) of a cache that already stands in front of it; miss_share is the
    share of look-ups that find no item, which only the application can count.
    """

    subject: Subject
    provisioned_reads: int = 0
    reads: Measure | None = None
    writes: Measure | None = None
    cache_hit_rate: Measure | None = None
    miss_share: Measure | None = None

    @property
    def read_sku(self) -> str:
        """The sku that this table's reads are billed by."""
        return "dynamodb/rcu-hour" if self.provisioned_reads else "dynamodb/million-reads"


def read_cost(table: Table, reads_per_second: float, price: Price) -> Decimal:
    """Monthly cost of the reads: provisioned units x price x 730, or consumed units x price per million."""
    if table.provisioned_reads:
        return Decimal(table.provisioned_reads) * price.amount * HOURS_PER_MONTH
    return Decimal(str(reads_per_second)) * SECONDS_PER_MONTH / MILLION * price.amount


def cost_formula(table: Table, reads_per_second: float, price: Price) -> str:
    """The same calculation in words, with the numbers filled in."""
    if table.provisioned_reads:
        return f"{grouped(table.provisioned_reads)} read units × ${price.amount} × 730 h"
    return f"{grouped(reads_per_second, 1)} reads a second × {grouped(SECONDS_PER_MONTH)} s × ${price.amount} a million"
