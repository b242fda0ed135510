"""Caches of ElastiCache."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage


def cache(stage: Stage, *, nodes: int = 2, **settings: Any) -> None:
    """A replication group with nothing to object to; boto3's names change any of it."""
    wanted: dict[str, Any] = {
        "ReplicationGroupId": stage.name, "ReplicationGroupDescription": "sessions", "Engine": "redis",
        "CacheNodeType": "cache.r7g.large", "NumNodeGroups": 1, "ReplicasPerNodeGroup": nodes - 1,
        "AutomaticFailoverEnabled": nodes > 1, "MultiAZEnabled": nodes > 1, "AtRestEncryptionEnabled": True,
        "TransitEncryptionEnabled": True, "SnapshotRetentionLimit": 7, "Tags": stage.listed(),
    }  # fmt: skip
    stage.client("elasticache").create_replication_group(**(wanted | settings))


@passes(
    "services.cache-encrypted", "services.cache-failover", "services.cache-snapshots", "services.cache-current",
    "services.cache-graviton", "services.cache-zones",
)  # fmt: skip
def cache_kept_well(stage: Stage) -> None:
    cache(stage)


@fails("services.cache-encrypted")
def cache_in_the_clear(stage: Stage) -> None:
    cache(stage, TransitEncryptionEnabled=False)


@fails("services.cache-failover", "services.cache-zones")
def cache_of_one_node(stage: Stage) -> None:
    cache(stage, nodes=1)


@fails("services.cache-snapshots")
def cache_without_snapshots(stage: Stage) -> None:
    cache(stage, SnapshotRetentionLimit=0)


@fails("services.cache-current", "services.cache-graviton")
def cache_of_an_old_generation(stage: Stage) -> None:
    cache(stage, CacheNodeType="cache.m4.large")


@fails("services.cache-graviton")
def cache_on_x86(stage: Stage) -> None:
    cache(stage, CacheNodeType="cache.m7i.large")


@fails("services.cache-zones")
def cache_in_one_zone(stage: Stage) -> None:
    cache(stage, MultiAZEnabled=False)
