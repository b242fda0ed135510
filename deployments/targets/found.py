"""What discovery has found for a service, as kinds of target look it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from deployments.targets.contract import TargetError
from services import facts
from services.models import Entity


def items(entity: Entity, key: str, wanted: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The resources of a fact, only those of the account and region that `wanted` may name."""
    fact = facts.current(entity).get(key)
    found: list[dict[str, Any]] = fact.value.get("items", []) if fact else []
    place = {name: (wanted or {}).get(name) for name in ("account", "region")}
    return [item for item in found if all(value in (None, "", item.get(name)) for name, value in place.items())]


def only(found: Sequence[dict[str, Any]], what: str, key: str = "") -> dict[str, Any]:
    """The one resource that was meant. Raises TargetError where there is none, or where several need to be told apart."""
    if not found:
        raise TargetError(f"Discovery has found no {what}: check its tags, then discover again.")
    if len(found) > 1:
        names = ", ".join(sorted(str(item.get("label") or item.get("name") or item["arn"]) for item in found))
        raise TargetError(f"There is more than one {what} ({names}): name {key or 'account and region'} as well.")
    return found[0]
