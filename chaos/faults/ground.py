"""What of a service stands in one zone: its subnets and hosts, and why they may not be hit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws import nacl
from services.models import Entity


@dataclass(frozen=True)
class Ground:
    """`inside` of `total` hosts of the service run in these subnets of the zone. A `refusal` says why they may not be hit."""

    vpc: str
    subnets: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    inside: int
    total: int
    refusal: str

    def target(self, account: str, region: str, zone: str) -> dict[str, Any]:
        """What a kind of change that works on subnets is told."""
        return {"account": account, "region": region, "zone": zone, "vpc": self.vpc, "subnets": list(self.subnets)}


def look(service: Entity, account: str, region: str, zone: str) -> Ground:
    """Which subnets of the zone carry the service, and how many of its hosts stand there. Raises AwsError."""
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
    return Ground(
        vpc=vpcs[0] if vpcs else "",
        subnets=tuple(ids),
        rows=tuple((subnet.name, f"{subnet.subnet_id}, {_hosts(mine, subnet.subnet_id)}") for subnet in hit),
        inside=inside,
        total=len(mine),
        refusal=refusal(service, zone, vpcs, inside, len(mine), guests),
    )


def refusal(
    service: Entity, zone: str, vpcs: Sequence[str], inside: int, total: int, guests: Sequence[nacl.Host]
) -> str:
    """Why this zone of the service may not be hit, "" where it may."""
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


def counted(count: int, noun: str) -> str:
    """ "1 subnet", "2 subnets"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _hosts(hosts: Sequence[nacl.Host], subnet_id: str) -> str:
    return counted(sum(1 for host in hosts if host.subnet_id == subnet_id), "host")
