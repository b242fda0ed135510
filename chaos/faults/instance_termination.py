"""Hosts are lost for good: members of the service's Auto Scaling group are terminated, and the group has to replace them."""

from __future__ import annotations

from chaos.faults import amount
from chaos.faults.group_zone import missing
from chaos.faults.registry import ACCOUNT, COUNT, GROUP, PERCENT, REGION, Arguments, Fault, Preview
from portal.aws import scaling_groups
from portal.aws.scaling_groups import Group
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "instance-termination"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which members go. The choice stays the same until the group changes. Raises AwsError."""
    account, region, name = arguments["account"], arguments["region"], arguments["group"]
    target = {"account": account, "region": region, "group": name}
    found = scaling_groups.find(account, region, name)
    if found is None or found.service != service.name:
        refusal = f"{name} is not a group of {service.name} in {region}: tag it with service={service.name}."
        return Preview({**target, "instances": []}, f"Hosts of {name} are terminated.", refusal=refusal)
    serving = {member.instance_id: member.zone for member in found.serving}
    ids, refusal = amount.chosen(serving, arguments, f"{KEY} {name}")
    return Preview(
        target={**target, "instances": ids},
        sentence=f"{len(ids)} of {len(serving)} hosts of {name} are terminated; the group launches others.",
        rows=tuple((one, serving[one]) for one in ids),
        refusal=missing(found) or (refusal and f"{name}: {refusal}"),
        hit=len(ids),
        total=len(serving),
    )


def observe(target: Target) -> Seen:
    """The size of the group. Raises AwsError; ValueError where it is not full, or one of the chosen has gone."""
    found = _group(target)
    gone = sorted(set(target["instances"]) - {member.instance_id for member in found.serving})
    if gone or not found.whole:
        raise ValueError(f"{found.name} has changed since the preview ({', '.join(gone) or 'not full'}): look again")
    return {"account": target["account"], "region": target["region"], "desired": found.desired}


def apply(target: Target) -> None:
    """Terminate the chosen members."""
    for instance in target["instances"]:
        scaling_groups.terminate(target["account"], target["region"], instance)


def undo(target: Target, before: Seen) -> None:
    """Nothing brings a terminated host back: the group launches another by itself."""


def verify_applied(target: Target) -> bool:
    """Whether none of the chosen serves any more."""
    return not set(target["instances"]) & {member.instance_id for member in _group(target).serving}


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the group is full again, at the size that it is wanted now, and all its hosts serve."""
    return _group(target).whole


def undoing(target: Target, before: Seen) -> bool:
    """The group is at it for as long as it is not full."""
    return not verify_undone(target, before)


def _group(target: Target) -> Group:
    return scaling_groups.group(target["account"], target["region"], target["group"])


KIND = Kind(
    key=KEY,
    title="Members of an Auto Scaling group terminated",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    undoing=undoing,
)
FAULT = Fault(
    key=KEY,
    title="Hosts terminated",
    description="Terminates members of an Auto Scaling group, at most half of them and ten at once; the group replaces them.",
    kind=KEY,
    arguments=(ACCOUNT, REGION, GROUP, COUNT, PERCENT),
    max_seconds=1800,
    preview=preview,
    order=31,
    one_of=("count", "percent"),
)
