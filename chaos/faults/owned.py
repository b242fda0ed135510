"""What discovery has found for a service: nothing else may be hit in its name. And who leans on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.faults.registry import Arguments
from services import facts, queries
from services.discovery.grouping import resource_name
from services.models import Entity

Item = Mapping[str, Any]
MOST = 8


def item(service: Entity, fact: str, arguments: Arguments, name: str, **more: str) -> Item | None:
    """The item of this name, account and region in one of the service's facts; None where it is not the service's.

    `more` are values that it must have beside, such as its cluster.
    """
    found = facts.current(service).get(fact)
    wanted = (arguments["account"], arguments["region"], name)
    for one in found.value.get("items", []) if found else []:
        if (one.get("account"), one.get("region"), one.get("name")) == wanted and more.items() <= one.items():
            return dict(one)
    return None


def not_owned(service: Entity, name: str, what: str) -> str:
    """The refusal for what is not the service's."""
    return f"{name} is not a {what} of {service.name}: tag it with service={service.name} and discover again."


def callers(service: Entity, arn: str = "", kind: str = "") -> tuple[tuple[str, str], ...]:
    """(name, note) of the services that lean on this one, or on the resource itself, as far as the catalog knows."""
    refs = [*queries.users_of(service.ref)]
    if arn:
        name = arn.rpartition("/")[2].rpartition(":")[2]
        refs += queries.users_of(f"resource:default/{resource_name(name, kind, arn)}")
    others = sorted({ref for ref in refs if ref.startswith("component:") and ref != service.ref})
    rows = [(ref.rpartition("/")[2], f"leans on {service.name} and is hit with it") for ref in others[:MOST]]
    if len(others) > MOST:
        rows.append((f"{len(others) - MOST} more", f"services that lean on {service.name}"))
    return tuple(rows)
