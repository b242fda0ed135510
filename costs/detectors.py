"""The detectors that a review asks, with their names for people. Their arithmetic is in engine/."""

from __future__ import annotations

from dataclasses import dataclass

from costs.engine import cache, idle, lambda_or_ec2, negative_cache, prices, spot
from costs.engine.findings import Answer
from costs.engine.fleet import Fleet
from costs.engine.spot import SpotMarket
from costs.engine.table import Table


@dataclass(frozen=True)
class Detector:
    """A kind of finding: its key in rows and URLs, its name, and its icon."""

    key: str
    title: str
    icon: str

    @property
    def field(self) -> str:
        """The key as a field name of the fact costs.findings."""
        return self.key.replace("-", "_")


DETECTORS: dict[str, Detector] = {
    detector.key: detector
    for detector in (
        Detector(spot.KEY, "Spot instances", "coin"),
        Detector(lambda_or_ec2.KEY, "Lambda instead of EC2", "lambda"),
        Detector(cache.KEY, "Read cache", "database"),
        Detector(negative_cache.KEY, "Negative cache", "database-search"),
        Detector(idle.KEY, "Idle instances", "hourglass"),
    )
}


def judge_fleet(fleet: Fleet, market: SpotMarket | None) -> list[Answer]:
    """All answers about one auto scaling group."""
    region = fleet.subject.region
    on_demand = prices.find(f"ec2/{fleet.instance_type}", region)
    x86, arm = (prices.find(f"lambda/gb-second/{kind}", region) for kind in ("x86_64", "arm64"))
    return [
        spot.judge(fleet, on_demand, market),
        lambda_or_ec2.judge(fleet, on_demand, x86, arm),
        idle.judge(fleet, on_demand),
    ]


def judge_table(table: Table) -> list[Answer]:
    """All answers about one DynamoDB table."""
    region = table.subject.region
    reads = prices.find(table.read_sku, region)
    node = prices.find(f"elasticache/{cache.NODE}", region)
    return [cache.judge(table, reads, node), negative_cache.judge(table, reads)]
