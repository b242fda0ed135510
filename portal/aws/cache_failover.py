"""Failovers of ElastiCache: who is the primary of each node group, and testing that another takes over."""

from __future__ import annotations

from dataclasses import dataclass

from portal.aws import session
from portal.aws.errors import AwsNotFound, aws_errors


@dataclass(frozen=True)
class Node:
    """One node of a node group. With cluster mode AWS does not say who is the primary: then `primary` is None."""

    name: str
    zone: str
    primary: bool | None


@dataclass(frozen=True)
class Group:
    """A replication group with its node groups (shards) by id."""

    name: str
    arn: str
    status: str
    automatic_failover: bool
    nodes: dict[str, tuple[Node, ...]]

    def primary(self, node_group: str) -> str:
        """The primary of a node group, "" where AWS does not say."""
        return next((node.name for node in self.nodes.get(node_group, ()) if node.primary), "")


def group(account: str, region: str, name: str) -> Group:
    """The replication group as it is now. Raises AwsNotFound where there is none, and other AwsErrors."""
    action = "elasticache:DescribeReplicationGroups"
    with aws_errors(action, account, region):
        client = session.client(account, region, "elasticache", role="read", purpose="chaos")
        rows = client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
    if not rows:
        raise AwsNotFound(action, account, region, "ReplicationGroupNotFoundFault", f"no replication group {name}")
    row = rows[0]
    nodes = {
        shard["NodeGroupId"]: tuple(
            Node(
                one["CacheClusterId"],
                one.get("PreferredAvailabilityZone", ""),
                one["CurrentRole"] == "primary" if one.get("CurrentRole") else None,
            )
            for one in shard.get("NodeGroupMembers") or ()
        )
        for shard in row.get("NodeGroups") or ()
    }
    failover = row.get("AutomaticFailover") == "enabled"
    return Group(name, row.get("ARN", ""), row.get("Status", ""), failover, nodes)


def test_failover(account: str, region: str, name: str, node_group: str) -> None:
    """Fail the primary of a node group; AWS takes at most 15 of these in 24 hours. Raises AwsError."""
    with aws_errors("elasticache:TestFailover", account, region):
        client = session.client(account, region, "elasticache", role="chaos", purpose="chaos", once=True)
        client.test_failover(ReplicationGroupId=name, NodeGroupId=node_group)
