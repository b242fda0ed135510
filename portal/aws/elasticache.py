"""ElastiCache replication groups, lone cache clusters and serverless caches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True, kw_only=True)
class Cache(AwsResource):
    """One cache. Snapshots in days, 0 when none are kept. A serverless cache has neither node type nor nodes."""

    engine: str
    node_type: str
    nodes: int
    multi_az: bool
    automatic_failover: bool
    encrypted_at_rest: bool
    encrypted_in_transit: bool
    snapshot_days: int
    serverless: bool


def caches(account: str, region: str) -> list[Cache]:
    """All replication groups, all clusters outside of one, and all serverless caches."""
    with aws_errors("elasticache:DescribeReplicationGroups", account, region):
        client = reader(account, region, "elasticache")
        groups = pages(client, "describe_replication_groups", "ReplicationGroups")
        clusters = pages(client, "describe_cache_clusters", "CacheClusters")
        action = "elasticache:DescribeServerlessCaches"
        serverless = detail(action, account, region, lambda: _rows(client, "describe_serverless_caches"))
        return [
            *(_group(row, account, region) for row in groups),
            *(_cluster(row, account, region) for row in clusters if not row.get("ReplicationGroupId")),
            *(_serverless(row, account, region) for row in serverless or ()),
        ]


def _rows(client: Any, operation: str) -> list[Mapping[str, Any]]:
    return list(pages(client, operation, "ServerlessCaches"))


def _serverless(row: Mapping[str, Any], account: str, region: str) -> Cache:
    """AWS spreads a serverless cache over zones and encrypts its traffic always, and at rest unless told otherwise."""
    return Cache(
        name=row["ServerlessCacheName"],
        arn=row["ARN"],
        account=account,
        region=region,
        engine=row.get("Engine", ""),
        node_type="",
        nodes=0,
        multi_az=True,
        automatic_failover=True,
        encrypted_at_rest=row.get("StorageEncryptionType") != "none",
        encrypted_in_transit=True,
        snapshot_days=row.get("SnapshotRetentionLimit") or 0,
        serverless=True,
    )


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
        serverless=False,
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
        serverless=False,
    )
