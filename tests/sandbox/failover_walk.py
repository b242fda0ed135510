"""Failovers and policies, once, for the test of shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.conftest import Wall

Ask = Callable[..., dict[str, Any]]


def walk(ask: Ask, wall: Wall) -> None:
    """Databases and caches, each until it is available again."""
    _cluster(ask, wall)
    _instance(ask, wall)
    _cache(ask, wall)


def _cluster(ask: Ask, wall: Wall) -> None:
    name, place = {"DBClusterIdentifier": "ledger"}, ("eu-west-1",)
    assert ask("rds", "FailoverDBCluster", *place, **name)["DBCluster"]["Status"] == "failing-over"
    assert ask("rds", "DescribeDBClusters", *place, **name)["DBClusters"][0]["Status"] == "failing-over"
    wall.move(11)
    found = ask("rds", "DescribeDBClusters", *place, **name)["DBClusters"][0]
    assert found["Status"] == "available"
    assert [one["DBInstanceIdentifier"] for one in found["DBClusterMembers"] if one["IsClusterWriter"]] == ["ledger-2"]


def _instance(ask: Ask, wall: Wall) -> None:
    size = {"Engine": "postgres", "DBInstanceClass": "db.m7g.large", "AllocatedStorage": 20, "MultiAZ": True}
    who = {"MasterUsername": "service", "MasterUserPassword": "not-a-real-password"}
    ask("rds", "CreateDBInstance", DBInstanceIdentifier="pair", AvailabilityZone="us-east-1a", **size, **who)
    name = {"DBInstanceIdentifier": "pair"}
    assert ask("rds", "RebootDBInstance", **name, ForceFailover=True)["DBInstance"]["DBInstanceStatus"] == "rebooting"
    wall.move(11)
    found = ask("rds", "DescribeDBInstances", **name)["DBInstances"][0]
    assert (found["AvailabilityZone"], found["SecondaryAvailabilityZone"]) == ("us-east-1b", "us-east-1a")


def _cache(ask: Ask, wall: Wall) -> None:
    name, place = {"ReplicationGroupId": "products"}, ("eu-west-1",)
    asked = ask("elasticache", "TestFailover", *place, **name, NodeGroupId="0001")["ReplicationGroup"]
    assert asked["Status"] == "modifying"
    wall.move(11)
    group = ask("elasticache", "DescribeReplicationGroups", *place, **name)["ReplicationGroups"][0]
    roles = {one["CacheClusterId"]: one["CurrentRole"] for one in group["NodeGroups"][0]["NodeGroupMembers"]}
    assert (group["Status"], roles["products-002"]) == ("available", "primary")
