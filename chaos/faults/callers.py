"""Who leans on what a fault hits, as far as the catalog knows: the blast radius beyond the service itself."""

from __future__ import annotations

from services import queries
from services.discovery.grouping import resource_name
from services.models import Entity

MOST = 8


def rows(service: Entity, arn: str = "", kind: str = "") -> tuple[tuple[str, str], ...]:
    """(name, note) of the services that lean on this one, or on the resource itself, as far as the catalog knows."""
    refs = [*queries.users_of(service.ref)]
    if arn:
        name = arn.rpartition("/")[2].rpartition(":")[2]
        refs += queries.users_of(f"resource:default/{resource_name(name, kind, arn)}")
    others = sorted({ref for ref in refs if ref.startswith("component:") and ref != service.ref})
    said = [(ref.rpartition("/")[2], f"leans on {service.name} and is hit with it") for ref in others[:MOST]]
    if len(others) > MOST:
        said.append((f"{len(others) - MOST} more", f"services that lean on {service.name}"))
    return tuple(said)
