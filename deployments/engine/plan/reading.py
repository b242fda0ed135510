"""How each section of a plan is read: closed key sets, whole numbers in range, and one kind of error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class PlanError(ValueError):
    """A plan that cannot be followed; the message says why in words for its author."""


def closed(raw: Any, keys: set[str], where: str) -> Mapping[str, Any]:
    """``raw`` as an object with no other keys than these. Raises PlanError."""
    if not isinstance(raw, dict):
        raise PlanError(f"{where} is an object with the keys {', '.join(sorted(keys))}.")
    unknown = set(raw) - keys
    if unknown:
        raise PlanError(f"Unknown keys in {where}: {', '.join(sorted(map(str, unknown)))}.")
    return raw


def whole(item: Mapping[str, Any], key: str, default: int, least: int, most: int) -> int:
    """The whole number under ``key``. Raises PlanError for anything else."""
    value = item.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise PlanError(f"{key} is a whole number from {least} to {most}.")
    return value
