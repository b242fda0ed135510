"""A zone has no way out: the service's subnets of one zone get a route table that only knows their own VPC."""

from __future__ import annotations

from chaos.faults import ground
from chaos.faults.registry import ACCOUNT, REGION, ZONE, Arguments, Fault, Preview
from portal.aws import routes
from portal.aws.routes import Tables
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "zone-route-cut"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which subnets of the zone carry the service, and whether they have a way out now. Raises AwsError."""
    account, region, zone = arguments["account"], arguments["region"], arguments["zone"]
    found = ground.look(service, account, region, zone)
    refusal = found.refusal
    if not refusal:
        seen = routes.tables(account, region, found.vpc)
        lost = sum(seen.ways_out.get(seen.own(subnet) or seen.main, 0) for subnet in found.subnets)
        if not lost:
            refusal = f"The subnets of {zone} have no route out of their VPC already, so the fault would test nothing."
    hosts, subnets = f"{found.inside} of {found.total} hosts", ground.counted(len(found.subnets), "subnet")
    return Preview(
        target=found.target(account, region, zone),
        sentence=f"{hosts} of {service.name} lose every route out of their VPC: {subnets} of {zone}.",
        rows=found.rows,
        refusal=refusal,
        hit=found.inside,
        total=found.total,
    )


def observe(target: Target) -> Seen:
    """The table of each subnet, "" for the main one. Raises AwsError; ValueError where the zone is cut already."""
    seen = _tables(target)
    own = {subnet: seen.own(subnet) for subnet in target["subnets"]}
    if seen.made & set(own.values()):
        raise ValueError(f"{target['zone']} has lost its routes already: undo the other change first")
    return {"account": target["account"], "region": target["region"], "tables": own}


def apply(target: Target) -> None:
    """Give every subnet the table without a way out, which is created on first use and then reused."""
    account, region = target["account"], target["region"]
    seen = _tables(target)
    dead_end = _dead_end(seen) or routes.create_dead_end(account, region, target["vpc"])
    routes.give(account, region, seen, target["subnets"], dead_end)


def undo(target: Target, before: Seen) -> None:
    """Give every subnet that still is at the dead end its table back; what somebody else gave it since stays."""
    seen = _tables(target)
    for subnet, table in before["tables"].items():
        if seen.own(subnet) in seen.made:
            routes.give(target["account"], target["region"], seen, [subnet], table)


def verify_applied(target: Target) -> bool:
    """Whether every subnet shows the table without a way out."""
    seen = _tables(target)
    dead_end = _dead_end(seen)
    return bool(dead_end) and {seen.own(subnet) for subnet in target["subnets"]} == {dead_end}


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether no subnet shows a table of ours: it has the one from before, or what somebody else gave it since."""
    seen = _tables(target)
    return not seen.made & {seen.own(subnet) for subnet in before["tables"]}


def _tables(target: Target) -> Tables:
    return routes.tables(target["account"], target["region"], target["vpc"])


def _dead_end(seen: Tables) -> str:
    """Our table, unless somebody has given it a way out since; "" where there is none."""
    return min((table for table in seen.made if not seen.ways_out[table]), default="")


KIND = Kind(
    key=KEY,
    title="Zone without a route out of its VPC",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
)
FAULT = Fault(
    key=KEY,
    title="Zone without routes",
    description="Takes the way out of the VPC from the service's subnets of one zone: internet, NAT, peering, endpoints.",
    kind=KEY,
    arguments=(ACCOUNT, REGION, ZONE),
    max_seconds=1800,
    preview=preview,
    order=11,
)
