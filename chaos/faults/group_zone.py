"""A group leaves a zone: the service's Auto Scaling group loses the subnets of one zone and moves its hosts elsewhere."""

from __future__ import annotations

from chaos.faults import ground
from chaos.faults.registry import ACCOUNT, GROUP, REGION, ZONE, Arguments, Fault, Preview
from portal.aws import nacl, scaling_groups
from portal.aws.scaling_groups import Group
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "asg-leave-zone"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which subnets of the group lie in the zone, and how many of its hosts. Raises AwsError."""
    account, region, name, zone = (arguments[key] for key in ("account", "region", "group", "zone"))
    found = scaling_groups.find(account, region, name)
    if found is None or found.service != service.name:
        refusal = f"{name} is not a group of {service.name} in {region}: tag it with service={service.name}."
        return Preview({"account": account, "region": region, "group": name}, f"{name} leaves {zone}.", refusal=refusal)
    known = nacl.subnets(account, region, ids=found.subnets) if found.subnets else []
    leave = sorted(subnet.subnet_id for subnet in known if subnet.zone == zone)
    keep = sorted(set(found.subnets) - set(leave))
    inside = sum(1 for member in found.members if member.zone == zone)
    target = {"account": account, "region": region, "group": name, "zone": zone, "keep": keep, "leave": leave}
    hosts = f"{inside} of {len(found.members)} hosts"
    return Preview(
        target=target,
        sentence=f"{name} may no longer launch in {zone}: {hosts} of {service.name} move to other zones.",
        rows=tuple((subnet.name, f"{subnet.subnet_id}, {subnet.zone}") for subnet in known if subnet.zone == zone),
        refusal=_refusal(found, zone, leave, keep),
        hit=inside,
        total=len(found.members),
    )


def _refusal(found: Group, zone: str, leave: list[str], keep: list[str]) -> str:
    if not leave:
        return f"{found.name} launches in no subnet of {zone}, so the fault would test nothing."
    if not keep:
        return f"All subnets of {found.name} lie in {zone}: it could launch nowhere."
    return missing(found)


def missing(found: Group) -> str:
    """Why a group that is not full may not be hit, "" where it is full."""
    serving = f"{len(found.serving)} of {ground.counted(found.desired, 'host')}"
    return "" if found.whole else f"Only {serving} of {found.name} serve: wait until the group is full."


def observe(target: Target) -> Seen:
    """The subnets as they are. Raises AwsError; ValueError where they are no longer what was previewed."""
    found = _group(target)
    if set(found.subnets) != {*target["keep"], *target["leave"]}:
        raise ValueError(f"the subnets of {found.name} have changed since the preview: look again")
    return {"account": target["account"], "region": target["region"], "subnets": list(found.subnets)}


def apply(target: Target) -> None:
    """Leave the group the subnets of the other zones."""
    scaling_groups.set_subnets(target["account"], target["region"], target["group"], target["keep"])


def undo(target: Target, before: Seen) -> None:
    """Give the subnets back, unless somebody else has changed them since."""
    if verify_applied(target):
        scaling_groups.set_subnets(target["account"], target["region"], target["group"], before["subnets"])


def verify_applied(target: Target) -> bool:
    """Whether the group has the subnets of the other zones only."""
    return set(_group(target).subnets) == set(target["keep"])


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the group no longer has what the fault left it, is full, and all its hosts serve."""
    found = _group(target)
    return set(found.subnets) != set(target["keep"]) and found.whole


def undoing(target: Target, before: Seen) -> bool:
    """Whether the subnets are back, and the group is about to fill up."""
    return not verify_applied(target)


def _group(target: Target) -> Group:
    return scaling_groups.group(target["account"], target["region"], target["group"])


KIND = Kind(
    key=KEY,
    title="Auto Scaling group without the subnets of a zone",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    undoing=undoing,
)
FAULT = Fault(
    key=KEY,
    title="Group leaves a zone",
    description="Takes the subnets of one zone from an Auto Scaling group: it moves its hosts and launches elsewhere.",
    kind=KEY,
    arguments=(ACCOUNT, REGION, GROUP, ZONE),
    max_seconds=3600,
    preview=preview,
    order=12,
)
