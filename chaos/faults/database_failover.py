"""A Multi-AZ database moves to the zone of its standby. Failing over cannot be undone, but the way back may be asked for."""

from __future__ import annotations

from chaos.faults import callers, found
from chaos.faults.registry import ACCOUNT, FAIL_BACK, REGION, Argument, Arguments, Fault, Preview
from portal.aws import rds_failover, settling
from portal.aws.rds_failover import AVAILABLE, Instance
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "rds-failover"
REBOOTING = "rebooting"
MOVING = (REBOOTING, "modifying", "starting", "backing-up", "storage-optimization")


def preview(service: Entity, arguments: Arguments) -> Preview:
    """From which zone to which the instance would move, and who leans on it. Raises AwsError."""
    account, region, name = arguments["account"], arguments["region"], arguments["instance"]
    where = {"account": account, "region": region, "instance": name}
    if found.one(service, "aws.rds", arguments, name=name) is None:
        return Preview(where, f"{name} fails over.", refusal=found.refusal(service, "database", name))
    seen = rds_failover.instance(account, region, name)
    way = f"from {seen.zone} to {seen.standby or 'its standby'}"
    return Preview(
        target={**where, "zone": seen.zone, "standby": seen.standby, "fail_back": arguments.get("fail_back", "no")},
        sentence=f"{name} fails over {way}: its connections break, and it is away for about a minute.",
        rows=((name, f"{seen.status}, {way}"), *callers.rows(service, seen.arn, "database")),
        refusal=_refusal(seen),
        hit=1,
        total=1,
    )


def _refusal(found: Instance) -> str:
    if found.cluster:
        return f"{found.name} belongs to the cluster {found.cluster}: use the Aurora failover."
    if not found.multi_az:
        return f"{found.name} stands in one zone: there is no standby to fail over to. Make it Multi-AZ first."
    return "" if found.status == AVAILABLE else f"{found.name} is {found.status}: wait until it is available."


def observe(target: Target) -> Seen:
    """Where the instance stands. Raises AwsError; ValueError where that has changed since the preview."""
    found = _instance(target)
    if found.status != AVAILABLE:
        raise ValueError(f"{found.name} is {found.status}: wait until it is available")
    if found.zone != target["zone"]:
        raise ValueError(f"{found.name} stands in {found.zone} now, not {target['zone']}: look at the preview again")
    return {"account": target["account"], "region": target["region"], "zone": found.zone, "standby": found.standby}


def apply(target: Target) -> None:
    """Reboot with failover, and look for a moment whether it has begun."""
    rds_failover.reboot_with_failover(target["account"], target["region"], target["instance"])
    settling.seen(lambda: verify_applied(target))


def undo(target: Target, before: Seen) -> None:
    """Fail back where that was asked for and the instance stands where our failover has brought it."""
    if target["fail_back"] != "yes":
        return
    found = _instance(target)
    if found.status == AVAILABLE and found.zone != before["zone"] and found.standby == before["zone"]:
        rds_failover.reboot_with_failover(target["account"], target["region"], target["instance"])
        settling.seen(lambda: undoing(target, before) or verify_undone(target, before))


def verify_applied(target: Target) -> bool:
    """Whether the instance stands in another zone, or is rebooting. AWS shows the new zone only after some minutes."""
    found = _instance(target)
    return found.status == REBOOTING or found.zone != target["zone"]


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the instance is available, and back in its zone where that was asked for."""
    found = _instance(target)
    back = target["fail_back"] != "yes" or found.zone == before["zone"] or found.standby != before["zone"]
    return found.status == AVAILABLE and back


def undoing(target: Target, before: Seen) -> bool:
    """Whether the instance is still on its way to being available."""
    return _instance(target).status in MOVING


def _instance(target: Target) -> Instance:
    return rds_failover.instance(target["account"], target["region"], target["instance"])


KIND = Kind(
    key=KEY,
    title="Multi-AZ database failover",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    undoing=undoing,
)
FAULT = Fault(
    key=KEY,
    title="Database failover",
    description="Reboots a Multi-AZ database in the zone of its standby, as when the zone of the primary is lost.",
    kind=KEY,
    arguments=(ACCOUNT, REGION, Argument("instance", "Instance", r"[A-Za-z][A-Za-z0-9-]{0,62}", "shipping"), FAIL_BACK),
    max_seconds=1800,
    preview=preview,
    order=51,
)
