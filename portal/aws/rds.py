"""Relational and graph databases: RDS instances, Aurora and Neptune clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map


@dataclass(frozen=True, kw_only=True)
class Database(AwsResource):
    """One database: a cluster with its members, or an instance that belongs to no cluster. Backups in days.

    `monitoring_s` is every how many seconds the machine is measured from inside, 0 where it is not; of a cluster the
    worst of its members. The capacities are Aurora capacity units (ACU, or NCU for Neptune) of a serverless cluster.
    """

    engine: str
    engine_version: str
    family: str
    cluster: bool
    members: int
    multi_az: bool
    encrypted: bool
    backup_days: int
    deletion_protection: bool
    public: bool
    serverless: bool
    instance_class: str
    storage_type: str
    iam_authentication: bool
    performance_insights: bool | None
    monitoring_s: int
    log_exports: tuple[str, ...]
    minimum_capacity: float | None
    maximum_capacity: float | None
    vpc_id: str


def databases(account: str, region: str) -> list[Database]:
    """All clusters and all lone instances of the account and region; Neptune and DocumentDB come with them."""
    with aws_errors("rds:DescribeDBInstances", account, region):
        client = reader(account, region, "rds")
        instances = list(pages(client, "describe_db_instances", "DBInstances"))
        clusters = list(pages(client, "describe_db_clusters", "DBClusters"))
    members: dict[str, list[Mapping[str, Any]]] = {}
    for row in instances:
        members.setdefault(row.get("DBClusterIdentifier") or "", []).append(row)
    return [
        *(_cluster(row, members.get(row["DBClusterIdentifier"], []), account, region) for row in clusters),
        *(_instance(row, account, region) for row in members.get("", [])),
    ]


def family(engine: str) -> str:
    """The database family of an RDS engine name: relational, graph or document."""
    return {"neptune": "graph", "docdb": "document"}.get(engine, "relational")


def _performance_insights(instances: Sequence[Mapping[str, Any]]) -> bool | None:
    """Whether all instances record their queries; None where the endpoint does not say."""
    said = [row["PerformanceInsightsEnabled"] for row in instances if "PerformanceInsightsEnabled" in row]
    return all(said) if said else None


def _monitoring(instances: Sequence[Mapping[str, Any]]) -> int:
    """The longest interval of the instances in seconds, 0 where one of them is not measured."""
    seconds = [int(row.get("MonitoringInterval") or 0) for row in instances]
    return max(seconds) if seconds and all(seconds) else 0


def _cluster_storage(row: Mapping[str, Any]) -> str:
    """Aurora, Neptune and DocumentDB have storage of their own kind, of which only the I/O-optimised form has a name."""
    named = str(row.get("StorageType", ""))
    own = row["Engine"].startswith("aurora") or row["Engine"] in {"neptune", "docdb"}
    return named if not own or named.endswith("-iopt1") else row["Engine"].partition("-")[0]


def _vpc(instances: Sequence[Mapping[str, Any]]) -> str:
    return next(
        (row["DBSubnetGroup"]["VpcId"] for row in instances if (row.get("DBSubnetGroup") or {}).get("VpcId")), ""
    )


def _cluster(row: Mapping[str, Any], members: Sequence[Mapping[str, Any]], account: str, region: str) -> Database:
    scaling = row.get("ServerlessV2ScalingConfiguration") or {}
    return Database(
        name=row["DBClusterIdentifier"],
        arn=row["DBClusterArn"],
        account=account,
        region=region,
        tags=tag_map(row.get("TagList")),
        engine=row["Engine"],
        engine_version=row.get("EngineVersion", ""),
        family=family(row["Engine"]),
        cluster=True,
        members=len(members),
        multi_az=bool(row.get("MultiAZ")) or len(members) > 1,
        encrypted=bool(row.get("StorageEncrypted")),
        backup_days=row.get("BackupRetentionPeriod") or 0,
        deletion_protection=bool(row.get("DeletionProtection")),
        public=any(member.get("PubliclyAccessible") for member in members),
        serverless=bool(row.get("ServerlessV2ScalingConfiguration")) or row.get("EngineMode") == "serverless",
        instance_class=next((member["DBInstanceClass"] for member in members), ""),
        storage_type=_cluster_storage(row),
        iam_authentication=bool(row.get("IAMDatabaseAuthenticationEnabled")),
        performance_insights=_performance_insights(members),
        monitoring_s=_monitoring(members),
        log_exports=tuple(sorted(row.get("EnabledCloudwatchLogsExports") or [])),
        minimum_capacity=scaling.get("MinCapacity"),
        maximum_capacity=scaling.get("MaxCapacity"),
        vpc_id=_vpc(members),
    )


def _instance(row: Mapping[str, Any], account: str, region: str) -> Database:
    return Database(
        name=row["DBInstanceIdentifier"],
        arn=row["DBInstanceArn"],
        account=account,
        region=region,
        tags=tag_map(row.get("TagList")),
        engine=row["Engine"],
        engine_version=row.get("EngineVersion", ""),
        family=family(row["Engine"]),
        cluster=False,
        members=1,
        multi_az=bool(row.get("MultiAZ")),
        encrypted=bool(row.get("StorageEncrypted")),
        backup_days=row.get("BackupRetentionPeriod") or 0,
        deletion_protection=bool(row.get("DeletionProtection")),
        public=bool(row.get("PubliclyAccessible")),
        serverless=False,
        instance_class=row.get("DBInstanceClass", ""),
        storage_type=row.get("StorageType", ""),
        iam_authentication=bool(row.get("IAMDatabaseAuthenticationEnabled")),
        performance_insights=_performance_insights([row]),
        monitoring_s=_monitoring([row]),
        log_exports=tuple(sorted(row.get("EnabledCloudwatchLogsExports") or [])),
        minimum_capacity=None,
        maximum_capacity=None,
        vpc_id=_vpc([row]),
    )
