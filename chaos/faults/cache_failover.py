"""The primary of a cache fails, and a replica takes over. There is no way back: the old primary returns as a replica."""

from __future__ import annotations

from chaos.faults import callers, found
from chaos.faults.registry import ACCOUNT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import cache_failover, settling
from portal.aws.cache_failover import Group
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "elasticache-failover"
AVAILABLE, MODIFYING = "available", "modifying"
FIRST = "0001"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which primary fails, and who leans on the cache. Raises AwsError."""
    account, region, name = arguments["account"], arguments["region"], arguments["group"]
    shard = arguments.get("node_group", FIRST)
    where = {"account": account, "region": region, "group": name, "node_group": shard}
    item = found.one(service, "aws.elasticache", arguments, name=name)
    if item is None or item.get("serverless"):
        return Preview(where, f"{name} fails over.", refusal=found.refusal(service, "replication group", name))
    seen = cache_failover.group(account, region, name)
    nodes, primary = seen.nodes.get(shard, ()), seen.primary(shard)
    rows = tuple((node.name, f"{'primary, fails' if node.primary else 'replica'}, {node.zone}") for node in nodes)
    return Preview(
        target={**where, "primary": primary},
        sentence=f"{primary or 'The primary'} of {name} fails and a replica takes over: writes wait some seconds.",
        rows=rows + callers.rows(service, seen.arn, "cache"),
        refusal=_refusal(seen, shard),
        hit=1,
        total=max(1, len(nodes)),
    )


def _refusal(seen: Group, shard: str) -> str:
    if shard not in seen.nodes:
        return f"{seen.name} has no node group {shard}: it has {', '.join(sorted(seen.nodes)) or 'none'}."
    if not seen.automatic_failover or len(seen.nodes[shard]) < 2:
        return f"{seen.name} has no automatic failover: switch it on, with a replica, before it is put to the test."
    return "" if seen.status == AVAILABLE else f"{seen.name} is {seen.status}: wait until it is available."


def observe(target: Target) -> Seen:
    """Who is the primary. Raises AwsError; ValueError where that has changed since the preview."""
    seen = _group(target)
    primary = seen.primary(target["node_group"])
    if seen.status != AVAILABLE:
        raise ValueError(f"{seen.name} is {seen.status}: wait until it is available")
    if primary != target["primary"]:
        raise ValueError(f"{primary} is the primary now, not {target['primary']}: look at the preview again")
    return {"account": target["account"], "region": target["region"], "primary": primary}


def apply(target: Target) -> None:
    """Test the failover, and look for a moment whether it has begun."""
    cache_failover.test_failover(target["account"], target["region"], target["group"], target["node_group"])
    settling.seen(lambda: verify_applied(target))


def undo(target: Target, before: Seen) -> None:
    """Nothing: AWS replaces the failed primary by itself, and it comes back as a replica."""


def verify_applied(target: Target) -> bool:
    """Whether another node is the primary, or AWS is at it. With cluster mode only the latter can be seen."""
    seen = _group(target)
    primary = seen.primary(target["node_group"])
    return seen.status == MODIFYING or primary not in ("", target["primary"])


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the group is available again with all its nodes' roles settled."""
    seen = _group(target)
    known = [node.primary for node in seen.nodes.get(target["node_group"], ())]
    return seen.status == AVAILABLE and (None in known or known.count(True) == 1)


def undoing(target: Target, before: Seen) -> bool:
    """Whether AWS is still replacing the failed primary."""
    return _group(target).status == MODIFYING


def _group(target: Target) -> Group:
    return cache_failover.group(target["account"], target["region"], target["group"])


KIND = Kind(
    key=KEY,
    title="ElastiCache failover",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    undoing=undoing,
)
FAULT = Fault(
    key=KEY,
    title="Cache failover",
    description="Fails the primary of a replication group, so that a replica takes over, as when its zone is lost.",
    kind=KEY,
    arguments=(
        ACCOUNT,
        REGION,
        Argument("group", "Replication group", r"[A-Za-z][A-Za-z0-9-]{0,39}", "fraud-score"),
        Argument("node_group", "Node group", r"\d{4}", FIRST, optional=True),
    ),
    max_seconds=1800,
    preview=preview,
    order=52,
)
