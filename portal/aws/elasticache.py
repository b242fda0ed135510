"""ElastiCache replication groups and lone cache clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True, kw_only=True)
class Cache(AwsResource):
    """One cache. Snapshots in days, 0 when none are kept."""

    engine: str
    node_type: str
    nodes: int
    multi_az: bool
    automatic_failover: bool
    encrypted_at_rest: bool
    encrypted_in_transit: bool
    snapshot_days: int


def caches(account: str, region: str) -> list[Cache]:
    """All replication groups, and all clusters outside of one."""
    with aws_errors("elasticache:DescribeReplicationGroups", account, region):
        client = reader(account, region, "elasticache")
        groups = pages(client, "describe_replication_groups", "ReplicationGroups")
        clusters = pages(client, "describe_cache_clusters", "CacheClusters")
        return [
            *(_group(row, account, region) for row in groups),
            *(_cluster(row, account, region) for row in clusters if not row.get("ReplicationGroupId")),
        ]


def _group(row: Mapping[str, Any], account: str, region: str) -> Cache:
    name = row["ReplicationGroupId"]
    return Cache(
        name=name,
        arn=row.get("ARN") or f"arn:aws:elasticache:{region}:{account}:replicationgroup:{name}",
        account=account,
        region=region,
        engine=row.get("Engine", "redis"),
        node_type=row.get("CacheNodeType", ""),
        nodes=len(row.get("MemberClusters") or []),
        multi_az=row.get("MultiAZ") == "enabled",
        automatic_failover=row.get("AutomaticFailover") == "enabled",
        encrypted_at_rest=bool(row.get("AtRestEncryptionEnabled")),
        encrypted_in_transit=bool(row.get("TransitEncryptionEnabled")),
        snapshot_days=row.get("SnapshotRetentionLimit") or 0,
    )


def _cluster(row: Mapping[str, Any], account: str, region: str) -> Cache:
    name = row["CacheClusterId"]
    return Cache(
        name=name,
        arn=row.get("ARN") or f"arn:aws:elasticache:{region}:{account}:cluster:{name}",
        account=account,
        region=region,
        engine=row.get("Engine", ""),
        node_type=row.get("CacheNodeType", ""),
        nodes=row.get("NumCacheNodes") or 1,
        multi_az=False,
        automatic_failover=False,
        encrypted_at_rest=bool(row.get("AtRestEncryptionEnabled")),
        encrypted_in_transit=bool(row.get("TransitEncryptionEnabled")),
        snapshot_days=row.get("SnapshotRetentionLimit") or 0,
    )
