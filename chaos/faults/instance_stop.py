"""Hosts are off for a while: running instances of the service are stopped, and started again."""

from __future__ import annotations

from collections.abc import Sequence

from chaos.faults import amount
from chaos.faults.registry import ACCOUNT, COUNT, PERCENT, REGION, Arguments, Fault, Preview
from portal.aws import instance_power, scaling_groups
from portal.aws.instance_power import GONE, MOVING, RUNNING, STOPPED, Machine
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "instance-stop"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which of the service's running instances go. The choice stays the same until they change. Raises AwsError."""
    account, region = arguments["account"], arguments["region"]
    mine = {machine.instance_id: machine for machine in instance_power.of_service(account, region, service.name)}
    ids, refusal = amount.chosen(mine, arguments, f"{KEY} {service.name}")
    hit = [mine[one] for one in ids]
    groups = {machine.instance_id: machine.group for machine in hit if machine.group}
    return Preview(
        target={"account": account, "region": region, "instances": ids, "groups": groups},
        sentence=f"{len(ids)} of {len(mine)} hosts of {service.name} are stopped{_replaced(groups)}.",
        rows=tuple((machine.name, f"{machine.instance_id}, {machine.zone}") for machine in hit),
        refusal=_lost(hit) or (refusal and f"{service.name} in {region}: {refusal}"),
        hit=len(ids),
        total=len(mine),
    )


def _lost(hit: Sequence[Machine]) -> str:
    """Why stopping would lose more than time, "" where it does not."""
    for machine in hit:
        if machine.root != "ebs" or machine.spot:
            what = "is a spot instance" if machine.spot else "has its root volume in the instance store"
            return f"{machine.instance_id} {what}, so it cannot be stopped and started again by us."
    return ""


def _replaced(groups: dict[str, str]) -> str:
    names = ", ".join(sorted(set(groups.values())))
    return f"; the group {names} may replace them meanwhile" if names else ""


def observe(target: Target) -> Seen:
    """Raises AwsError; ValueError where one of the chosen no longer runs."""
    states = {one.instance_id: one.state for one in _machines(target).values()}
    still = [one for one in target["instances"] if states.get(one) != RUNNING]
    if still:
        raise ValueError(f"{', '.join(still)} no longer runs: look again")
    return {"account": target["account"], "region": target["region"], "states": states}


def apply(target: Target) -> None:
    """Stop the chosen instances."""
    instance_power.stop(target["account"], target["region"], target["instances"])


def undo(target: Target, before: Seen) -> None:
    """Start those that have stopped. One that still is stopping is started with the next try."""
    down = [one.instance_id for one in _machines(target).values() if one.state == STOPPED]
    if down:
        instance_power.start(target["account"], target["region"], down)


def verify_applied(target: Target) -> bool:
    """Whether none of the chosen runs."""
    return not any(one.state in (RUNNING, "pending") for one in _machines(target).values())


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether each of the chosen runs; in the place of one that is gone, its group is full again."""
    found = _machines(target)
    gone = [one for one in target["instances"] if one not in found or found[one].state in GONE]
    alive = [machine for name, machine in found.items() if name not in gone]
    return all(machine.state == RUNNING for machine in alive) and all(
        _full(target, name) for name in _groups(target, gone)
    )


def undoing(target: Target, before: Seen) -> bool:
    """Whether one of them is on its way, or a group is about to fill up."""
    found = _machines(target)
    gone = [one for one in target["instances"] if one not in found or found[one].state in GONE]
    on_the_way = any(machine.state in MOVING for machine in found.values())
    return on_the_way or not all(_full(target, name) for name in _groups(target, gone))


def _groups(target: Target, instances: Sequence[str]) -> set[str]:
    return {target["groups"][one] for one in instances if one in target["groups"]}


def _full(target: Target, name: str) -> bool:
    """A group that somebody has removed meanwhile owes nothing any more."""
    found = scaling_groups.find(target["account"], target["region"], name)
    return found is None or found.whole


def _machines(target: Target) -> dict[str, Machine]:
    return instance_power.named(target["account"], target["region"], target["instances"])


KIND = Kind(
    key=KEY,
    title="Instances stopped",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    undoing=undoing,
)
FAULT = Fault(
    key=KEY,
    title="Hosts stopped",
    description="Stops running instances of the service, at most half of them and ten at once, and starts them again.",
    kind=KEY,
    arguments=(ACCOUNT, REGION, COUNT, PERCENT),
    max_seconds=1800,
    preview=preview,
    order=30,
    one_of=("count", "percent"),
)
