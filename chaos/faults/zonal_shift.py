"""A load balancer leaves a zone: Amazon Application Recovery Controller shifts it, and ends that by itself if nobody does."""

from __future__ import annotations

from collections.abc import Mapping

from chaos.faults import found
from chaos.faults.registry import ACCOUNT, REGION, ZONE, Argument, Arguments, Fault, Preview
from portal.aws import nacl, zonal_shift
from portal.aws.zonal_shift import Shift
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "zonal-shift"
COMMENT = "Colonnade: chaos experiment"
MAX_SECONDS = 1800
MINUTES = MAX_SECONDS // 60 + 5
"""When AWS ends the shift if the portal and all its workers are gone: a little after the longest experiment."""


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Whether the load balancer is the service's, can be shifted, and has another zone to answer from. Raises AwsError."""
    account, region, name, zone = (arguments[key] for key in ("account", "region", "balancer", "zone"))
    item = found.one(service, "aws.alb", arguments, name=name)
    sentence = f"{name} sends no more requests to {zone}; AWS itself ends that after {MINUTES} minutes."
    target = {"account": account, "region": region, "resource": item["arn"] if item else "", "name": name, "zone": zone}
    if item is None:
        return Preview(target, sentence, refusal=found.refusal(service, "load balancer", name))
    zone_id = zonal_shift.zone_ids(account, region).get(zone, "")
    weights = zonal_shift.weights(account, region, item["arn"])
    taken = zonal_shift.active(account, region, item["arn"]) if weights else []
    hosts = nacl.hosts(account, region, service=service.name)
    inside = sum(1 for host in hosts if host.zone == zone)
    return Preview(
        target={**target, "zone_id": zone_id},
        sentence=sentence,
        rows=tuple((one, f"weight {weight:g}") for one, weight in sorted((weights or {}).items())),
        refusal=_refusal(name, zone, zone_id, weights, taken),
        hit=inside if hosts else 1,
        total=len(hosts) if hosts else len(weights or {}) or None,
    )


def _refusal(name: str, zone: str, zone_id: str, weights: Mapping[str, float] | None, taken: list[Shift]) -> str:
    if weights is None:
        return f"{name} cannot be shifted: switch zonal shift on in its attributes (zonal_shift.config.enabled)."
    if zone_id not in weights:
        return f"{name} does not answer in {zone}, so the fault would test nothing."
    if taken:
        return f"{name} is shifted away from {taken[0].away_from} already: wait until that is over, or cancel it."
    if not any(weight for one, weight in weights.items() if one != zone_id):
        return f"{name} answers in {zone} only: nothing would be left to answer."
    return ""


def observe(target: Target) -> Seen:
    """Nothing to put back but the shift itself. Raises AwsError; ValueError where somebody has shifted it meanwhile."""
    taken = zonal_shift.active(target["account"], target["region"], target["resource"])
    if taken:
        raise ValueError(f"{target['name']} is shifted away from {taken[0].away_from} already: cancel that first")
    return {"account": target["account"], "region": target["region"], "shifts": []}


def apply(target: Target) -> None:
    """Start the shift, with an end that AWS keeps."""
    place = target["account"], target["region"], target["resource"], target["zone_id"]
    zonal_shift.start(*place, minutes=MINUTES, comment=COMMENT)


def undo(target: Target, before: Seen) -> None:
    """Cancel our shift; one that somebody else has started since stays."""
    for shift in _ours(target):
        zonal_shift.cancel(target["account"], target["region"], shift)


def verify_applied(target: Target) -> bool:
    """Whether our shift is in place."""
    return bool(_ours(target))


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether our shift is over, cancelled or expired."""
    return not _ours(target)


def _ours(target: Target) -> list[Shift]:
    found = zonal_shift.active(target["account"], target["region"], target["resource"])
    return [shift for shift in found if (shift.comment, shift.away_from) == (COMMENT, target["zone_id"])]


KIND = Kind(
    key=KEY,
    title="Load balancer shifted away from a zone",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
)
FAULT = Fault(
    key=KEY,
    title="Zonal shift",
    description="Moves a load balancer away from one zone, as one would in an incident; AWS ends it if nobody else does.",
    kind=KEY,
    arguments=(ACCOUNT, REGION, Argument("balancer", "Load balancer", r"[A-Za-z0-9-]{1,32}", "search-api"), ZONE),
    max_seconds=MAX_SECONDS,
    preview=preview,
    order=13,
)
