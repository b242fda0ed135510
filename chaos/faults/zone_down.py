"""A zone is gone: the service's subnets of one zone are cut off by a network ACL that denies everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chaos.faults.registry import ACCOUNT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import nacl
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "zone-network-cut"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which subnets of the zone carry the service, and how many of its hosts stand there. Raises AwsError."""
    account, region, zone = arguments["account"], arguments["region"], arguments["zone"]
    mine = nacl.hosts(account, region, service=service.name)
    found = {subnet.subnet_id: subnet for subnet in nacl.subnets(account, region, service=service.name)}
    elsewhere = sorted({host.subnet_id for host in mine if host.subnet_id} - set(found))
    if elsewhere:
        found |= {subnet.subnet_id: subnet for subnet in nacl.subnets(account, region, ids=elsewhere)}
    hit = [subnet for _, subnet in sorted(found.items()) if subnet.zone == zone]
    ids = [subnet.subnet_id for subnet in hit]
    guests = [h for h in nacl.hosts(account, region, subnet_ids=ids) if h.service != service.name] if ids else []
    inside = sum(1 for host in mine if host.subnet_id in ids)
    vpcs = sorted({subnet.vpc for subnet in hit})
    target = {"account": account, "region": region, "zone": zone, "vpc": vpcs[0] if vpcs else "", "subnets": ids}
    return Preview(
        target=target,
        sentence=f"{inside} of {len(mine)} hosts of {service.name} lose their network: {_subnets(len(ids))} of {zone}.",
        rows=tuple((subnet.name, f"{subnet.subnet_id}, {_hosts(mine, subnet.subnet_id)}") for subnet in hit),
        refusal=_refusal(service, zone, vpcs, inside, len(mine), guests),
    )


def _refusal(
    service: Entity, zone: str, vpcs: Sequence[str], inside: int, total: int, guests: Sequence[nacl.Host]
) -> str:
    if not vpcs:
        return f"{service.name} has no subnet in {zone}: tag its subnets with service={service.name}."
    if len(vpcs) > 1:
        return f"The subnets of {zone} lie in {len(vpcs)} VPCs: plan one experiment for each."
    if guests:
        others = sorted({guest.service or guest.instance_id for guest in guests})
        return f"The subnets also carry {', '.join(others[:5])}: a zone experiment may only hit its own service."
    if inside == 0:
        return f"No host of {service.name} runs in {zone}, so the fault would test nothing."
    if inside == total:
        return f"All {total} hosts of {service.name} run in {zone}: nothing would be left to answer."
    return ""


def _subnets(count: int) -> str:
    return "1 subnet" if count == 1 else f"{count} subnets"


def _hosts(hosts: Sequence[nacl.Host], subnet_id: str) -> str:
    count = sum(1 for host in hosts if host.subnet_id == subnet_id)
    return "1 host" if count == 1 else f"{count} hosts"


def observe(target: Target) -> Seen:
    """Which network ACL each subnet has now. Raises AwsError; ValueError where the zone is cut off already."""
    account, region = target["account"], target["region"]
    acls = _current(target)
    if _deny(target) in acls.values():
        raise ValueError(f"{target['zone']} is cut off already: undo the other change first")
    return {"account": account, "region": region, "acls": acls}


def apply(target: Target) -> None:
    """Give every subnet the deny-all ACL of its VPC, which is created on first use and then reused."""
    account, region = target["account"], target["region"]
    deny = _deny(target) or nacl.create_deny_all(account, region, target["vpc"])
    _associate(target, dict.fromkeys(target["subnets"], deny))


def undo(target: Target, before: Seen) -> None:
    """Give every subnet the ACL back that it had before; subnets that already have it are left alone."""
    _associate(target, before["acls"])


def verify_applied(target: Target) -> bool:
    """Whether every subnet shows the deny-all ACL."""
    deny = _deny(target)
    return deny is not None and set(_current(target).values()) == {deny}


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether every subnet shows the ACL from before."""
    return bool(_current(target) == before["acls"])


def _deny(target: Target) -> str | None:
    return nacl.deny_all(target["account"], target["region"], target["vpc"])


def _current(target: Target) -> dict[str, str]:
    seen = nacl.associations(target["account"], target["region"], target["subnets"])
    return {subnet: association.acl for subnet, association in seen.items()}


def _associate(target: Target, wanted: dict[str, Any]) -> None:
    account, region = target["account"], target["region"]
    for subnet, association in nacl.associations(account, region, sorted(wanted)).items():
        if association.acl != wanted[subnet]:
            nacl.associate(account, region, association, wanted[subnet])


KIND = Kind(
    key=KEY,
    title="Zone cut off by a deny-all network ACL",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
)
FAULT = Fault(
    key=KEY,
    title="Zone down",
    description="Cuts the service's subnets of one zone off from all traffic, in and out, as when a zone is lost.",
    kind=KEY,
    arguments=(ACCOUNT, REGION, Argument("zone", "Zone", r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "us-east-1a")),
    max_seconds=1800,
    preview=preview,
    order=10,
)
