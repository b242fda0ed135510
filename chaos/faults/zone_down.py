"""A zone is gone: the service's subnets of one zone are cut off by a network ACL that denies everything."""

from __future__ import annotations

from typing import Any

from chaos.faults import ground
from chaos.faults.registry import ACCOUNT, REGION, ZONE, Arguments, Fault, Preview
from portal.aws import nacl
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "zone-network-cut"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which subnets of the zone carry the service, and how many of its hosts stand there. Raises AwsError."""
    account, region, zone = arguments["account"], arguments["region"], arguments["zone"]
    found = ground.look(service, account, region, zone)
    lost, subnets = f"{found.inside} of {found.total} hosts", ground.counted(len(found.subnets), "subnet")
    return Preview(
        target=found.target(account, region, zone),
        sentence=f"{lost} of {service.name} lose their network: {subnets} of {zone}.",
        rows=found.rows,
        refusal=found.refusal,
        hit=found.inside,
        total=found.total,
    )


def observe(target: Target) -> Seen:
    """Which network ACL each subnet has now. Raises AwsError; ValueError where the zone is cut off already."""
    account, region = target["account"], target["region"]
    acls = _current(target)
    if _made(target) & set(acls.values()):
        raise ValueError(f"{target['zone']} is cut off already: undo the other change first")
    return {"account": account, "region": region, "acls": acls}


def apply(target: Target) -> None:
    """Give every subnet the deny-all ACL of its VPC, which is created on first use and then reused."""
    account, region = target["account"], target["region"]
    deny = _deny(target) or nacl.create_deny_all(account, region, target["vpc"])
    _associate(target, dict.fromkeys(target["subnets"], deny))


def undo(target: Target, before: Seen) -> None:
    """Give every subnet that still has the deny-all ACL the one back that it had before; all others are left alone."""
    ours = _made(target)
    cut = {subnet: before["acls"][subnet] for subnet, acl in _current(target).items() if acl in ours}
    if cut:
        _associate(target, cut)


def verify_applied(target: Target) -> bool:
    """Whether every subnet shows the deny-all ACL."""
    deny = _deny(target)
    return deny is not None and set(_current(target).values()) == {deny}


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether no subnet shows a deny-all ACL of ours: it has the one from before, or what somebody else gave it since."""
    return not _made(target) & set(_current(target).values())


def _deny(target: Target) -> str | None:
    return nacl.deny_all(target["account"], target["region"], target["vpc"])


def _made(target: Target) -> set[str]:
    return nacl.made(target["account"], target["region"], target["vpc"])


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
    arguments=(ACCOUNT, REGION, ZONE),
    max_seconds=1800,
    preview=preview,
    order=10,
)
