"""Faults of databases and caches."""

from __future__ import annotations

from typing import Any

from tests.chaos.faults.case import PLACE, Case, Stage

IRELAND = {**PLACE, "region": "eu-west-1"}
TAKES = 11.0
"""Seconds of the embedded AWS's time that a failover takes, and one more."""


def known(fact: str, where: dict[str, str], name: str, **more: Any) -> dict[str, Any]:
    """A fact of discovery with one item."""
    return {fact: {"items": [{**where, "name": name, **more}], "count": 1}}


def writer(stage: Stage) -> list[str]:
    row = stage.client("rds", "eu-west-1").describe_db_clusters(DBClusterIdentifier="ledger")["DBClusters"][0]
    return [one["DBInstanceIdentifier"] for one in row["DBClusterMembers"] if one["IsClusterWriter"]]


def _third(stage: Stage) -> None:
    """The cluster has a third member."""
    stage.client("rds", "eu-west-1").create_db_instance(
        DBInstanceIdentifier="ledger-3",
        DBClusterIdentifier="ledger",
        Engine="aurora-postgresql",
        DBInstanceClass="db.r6g.large",
    )


def _promote_third(stage: Stage) -> None:
    stage.move(TAKES)
    rds = stage.client("rds", "eu-west-1")
    rds.failover_db_cluster(DBClusterIdentifier="ledger", TargetDBInstanceIdentifier="ledger-3")
    stage.move(TAKES)


def zone(stage: Stage) -> list[str]:
    row = stage.client("rds").describe_db_instances(DBInstanceIdentifier="shipping")["DBInstances"][0]
    return [row["AvailabilityZone"]]


LEDGER = {**IRELAND, "cluster": "ledger"}
AURORA = Case(
    "aurora-failover", LEDGER, writer, ("rds", "DescribeDBClusters"), {**IRELAND, "cluster": "accounts"},
    "not a cluster of ledger", service="ledger", facts=known("aws.rds", IRELAND, "ledger"), restores=False, wait=TAKES,
)  # fmt: skip
AURORA_BACK = Case(
    "aurora-failover", {**LEDGER, "fail_back": "yes"}, writer, ("rds", "DescribeDBClusters"),
    {**IRELAND, "cluster": "accounts"}, "not a cluster of ledger", service="ledger",
    facts=known("aws.rds", IRELAND, "ledger"), prepare=_third, theirs=_promote_third,
    kept=lambda stage: writer(stage) == ["ledger-3"], wait=TAKES,
)  # fmt: skip
SHIPPING = {**PLACE, "instance": "shipping"}
MULTI_AZ = Case(
    "rds-failover", SHIPPING, zone, ("rds", "DescribeDBInstances"), {**PLACE, "instance": "warehouse"},
    "not a database of shipping", service="shipping", facts=known("aws.rds", PLACE, "shipping"), restores=False, wait=TAKES,
)  # fmt: skip
MULTI_AZ_BACK = Case(
    "rds-failover", {**SHIPPING, "fail_back": "yes"}, zone, ("rds", "DescribeDBInstances"),
    {**PLACE, "instance": "warehouse"}, "not a database of shipping", service="shipping",
    facts=known("aws.rds", PLACE, "shipping"), wait=TAKES,
)  # fmt: skip
CASES = {"aurora": AURORA, "aurora-and-back": AURORA_BACK, "multi-az": MULTI_AZ, "multi-az-and-back": MULTI_AZ_BACK}


def primary(stage: Stage) -> list[str]:
    answer = stage.client("elasticache", "eu-west-1").describe_replication_groups(ReplicationGroupId="fraud-score")
    members = answer["ReplicationGroups"][0]["NodeGroups"][0]["NodeGroupMembers"]
    return [one["CacheClusterId"] for one in members if one["CurrentRole"] == "primary"]


CACHE = Case(
    "elasticache-failover", {**IRELAND, "group": "fraud-score"}, primary, ("elasticache", "DescribeReplicationGroups"),
    {**IRELAND, "group": "login"}, "not a replication group of fraud-score", service="fraud-score",
    facts=known("aws.elasticache", IRELAND, "fraud-score"), restores=False, wait=TAKES,
)  # fmt: skip
CASES["cache"] = CACHE
