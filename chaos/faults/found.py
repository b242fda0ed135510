"""What discovery found for a service: nothing else may be hit in its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.faults.registry import Arguments
from services import facts
from services.models import Entity


def one(service: Entity, key: str, arguments: Arguments, **wanted: str) -> Mapping[str, Any] | None:
    """The resource of the fact `key` in the account and region of the arguments that has the wanted values, or None."""
    fact = facts.current(service).get(key)
    where = {"account": arguments["account"], "region": arguments["region"], **wanted}
    items = fact.value.get("items", []) if fact else []
    return next((item for item in items if all(item.get(name) == value for name, value in where.items())), None)


def refusal(service: Entity, noun: str, name: str) -> str:
    """Why something that was not found may not be hit."""
    return f"{name} is not a {noun} of {service.name}: tag it with service={service.name} and discover again."
