"""Failovers, which moto does not have or does at once: they take a while, and until then the status says so."""

from __future__ import annotations

from typing import Any

from portal.sandbox import failing_over
from portal.sandbox.backends import backend
from portal.sandbox.failing_over import CACHE, CLUSTER, INSTANCE
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State


def _is_busy(state: State, context: Context, kind: str, name: str) -> bool:
    return failing_over.under_way(state, context.account, context.region, kind, name)


def _begin(state: State, context: Context, kind: str, name: str) -> None:
    failing_over.begin(state, context.account, context.region, kind, name)


@handles("rds", "FailoverDBCluster")
def failover_db_cluster(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto changes the writer; the cluster is failing over for a while."""
    name = params["DBClusterIdentifier"]
    if _is_busy(state, context, CLUSTER, name):
        raise Refused("InvalidDBClusterStateFault", f"DB cluster {name} is failing over.")
    answer = context.forward()
    _begin(state, context, CLUSTER, name)
    return {"DBCluster": {**answer["DBCluster"], "Status": "failing-over"}}


@handles("rds", "DescribeDBClusters")
def describe_db_clusters(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's clusters; one that is failing over says so."""
    answer = context.forward()
    rows = [
        {**row, "Status": "failing-over"} if _is_busy(state, context, CLUSTER, row["DBClusterIdentifier"]) else row
        for row in answer["DBClusters"]
    ]
    return {**answer, "DBClusters": rows}


def standing(state: State, context: Context, instance: dict[str, Any]) -> dict[str, Any]:
    """The instance with the zone of its standby, and rebooting while it is."""
    if not instance.get("MultiAZ") or instance.get("DBClusterIdentifier"):
        return instance
    name, zone = instance["DBInstanceIdentifier"], str(instance["AvailabilityZone"])
    kept = state.topic("rds.standby", context.account, context.region)
    other = kept.get(name) or f"{zone[:-1]}{'a' if zone.endswith('b') else 'b'}"
    said = {"DBInstanceStatus": "rebooting"} if _is_busy(state, context, INSTANCE, name) else {}
    return {**instance, "SecondaryAvailabilityZone": other, **said}


@handles("rds", "RebootDBInstance")
def reboot_db_instance(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """With ForceFailover the instance and its standby change places; only a Multi-AZ instance has one."""
    instance = standing(state, context, context.forward()["DBInstance"])
    name = params["DBInstanceIdentifier"]
    if instance["DBInstanceStatus"] != "available":
        raise Refused("InvalidDBInstanceState", f"Instance {name} is {instance['DBInstanceStatus']}.")
    if params.get("ForceFailover") in (True, "true"):
        if "SecondaryAvailabilityZone" not in instance:
            raise Refused("InvalidParameterCombination", "Cannot force failover: the instance is not Multi-AZ.")
        backend("rds", context.account, context.region).databases[name].availability_zone = instance[
            "SecondaryAvailabilityZone"
        ]
        state.topic("rds.standby", context.account, context.region)[name] = instance["AvailabilityZone"]
    _begin(state, context, INSTANCE, name)
    return {"DBInstance": {**instance, "DBInstanceStatus": "rebooting"}}


@handles("elasticache", "TestFailover")
def test_failover(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The first replica of the node group becomes its primary; the group is modified for a while."""
    name, node_group = params["ReplicationGroupId"], params["NodeGroupId"]
    group = backend("elasticache", context.account, context.region).replication_groups.get(name)
    if group is None:
        raise Refused("ReplicationGroupNotFoundFault", f"Replication group {name} not found.")
    if _is_busy(state, context, CACHE, name):
        raise Refused("InvalidReplicationGroupState", f"Replication group {name} is not in a valid state.")
    if group.automatic_failover != "enabled":
        raise Refused("TestFailoverNotAvailableFault", f"Automatic failover is not enabled for {name}.")
    members = next((one["node_group_members"] for one in group.node_groups if one["node_group_id"] == node_group), None)
    if members is None:
        raise Refused("NodeGroupNotFoundFault", f"Node group {node_group} not found.")
    _promote(members)
    _begin(state, context, CACHE, name)
    return {"ReplicationGroup": {"ReplicationGroupId": name, "Status": "modifying"}}


def _promote(members: list[dict[str, Any]]) -> None:
    replica = next(one for one in members if one.get("current_role") == "replica")
    for one in members:
        one["current_role"] = "primary" if one is replica else "replica"


@handles("elasticache", "DescribeReplicationGroups")
def describe_replication_groups(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's groups; one whose failover is under way is modified."""
    answer = context.forward()
    rows = [
        {**row, "Status": "modifying"} if _is_busy(state, context, CACHE, row["ReplicationGroupId"]) else row
        for row in answer["ReplicationGroups"]
    ]
    return {**answer, "ReplicationGroups": rows}
