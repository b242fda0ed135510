"""Failovers of relational databases: who writes an Aurora cluster, where a Multi-AZ instance stands, and moving both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import AwsNotFound, aws_errors
from portal.aws.paging import pages

AVAILABLE = "available"


@dataclass(frozen=True)
class Member:
    """One instance of a cluster; of those that may write, AWS promotes the one with the lowest `tier` (0 to 15) first."""

    name: str
    zone: str
    status: str
    writer: bool
    tier: int


@dataclass(frozen=True)
class Cluster:
    """An Aurora or Neptune cluster with its members."""

    name: str
    arn: str
    engine: str
    status: str
    members: tuple[Member, ...]

    @property
    def writer(self) -> str:
        """The member that takes the writes, "" while there is none."""
        return next((member.name for member in self.members if member.writer), "")

    def member(self, name: str) -> Member | None:
        """One member by name."""
        return next((member for member in self.members if member.name == name), None)


@dataclass(frozen=True)
class Instance:
    """A database instance. A Multi-AZ one has a standby in the zone `standby`; `cluster` is "" for a lone instance."""

    name: str
    arn: str
    status: str
    zone: str
    standby: str
    multi_az: bool
    cluster: str


def cluster(account: str, region: str, name: str) -> Cluster:
    """The cluster as it is now. Raises AwsNotFound where there is none, and other AwsErrors."""
    with aws_errors("rds:DescribeDBClusters", account, region):
        client = _client(account, region)
        rows = client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    if not rows:
        raise AwsNotFound("rds:DescribeDBClusters", account, region, "DBClusterNotFoundFault", f"no cluster {name}")
    with aws_errors("rds:DescribeDBInstances", account, region):
        wanted = [{"Name": "db-cluster-id", "Values": [name]}]
        found = {
            row["DBInstanceIdentifier"]: row
            for row in pages(client, "describe_db_instances", "DBInstances", Filters=wanted)
        }
    members = tuple(_member(row, found.get(row["DBInstanceIdentifier"], {})) for row in rows[0]["DBClusterMembers"])
    return Cluster(name, rows[0]["DBClusterArn"], rows[0]["Engine"], rows[0]["Status"], members)


def _member(row: Mapping[str, Any], instance: Mapping[str, Any]) -> Member:
    return Member(
        name=row["DBInstanceIdentifier"],
        zone=instance.get("AvailabilityZone", ""),
        status=instance.get("DBInstanceStatus", ""),
        writer=bool(row.get("IsClusterWriter")),
        tier=int(row.get("PromotionTier", 1)),
    )


def fail_over(account: str, region: str, name: str, to: str) -> None:
    """Make the member `to` the writer. AWS answers at once and moves within about half a minute. Raises AwsError."""
    with aws_errors("rds:FailoverDBCluster", account, region):
        client = session.client(account, region, "rds", role="chaos", purpose="chaos", once=True)
        client.failover_db_cluster(DBClusterIdentifier=name, TargetDBInstanceIdentifier=to)


def instance(account: str, region: str, name: str) -> Instance:
    """The instance as it is now. Raises AwsNotFound where there is none, and other AwsErrors."""
    with aws_errors("rds:DescribeDBInstances", account, region):
        rows = _client(account, region).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    if not rows:
        raise AwsNotFound("rds:DescribeDBInstances", account, region, "DBInstanceNotFound", f"no instance {name}")
    row = rows[0]
    return Instance(
        name=name,
        arn=row["DBInstanceArn"],
        status=row.get("DBInstanceStatus", ""),
        zone=row.get("AvailabilityZone", ""),
        standby=row.get("SecondaryAvailabilityZone", ""),
        multi_az=bool(row.get("MultiAZ")),
        cluster=row.get("DBClusterIdentifier", ""),
    )


def reboot_with_failover(account: str, region: str, name: str) -> None:
    """Reboot a Multi-AZ instance in the zone of its standby. Raises AwsError."""
    with aws_errors("rds:RebootDBInstance", account, region):
        client = session.client(account, region, "rds", role="chaos", purpose="chaos", once=True)
        client.reboot_db_instance(DBInstanceIdentifier=name, ForceFailover=True)


def _client(account: str, region: str) -> Any:
    return session.client(account, region, "rds", role="read", purpose="chaos")
