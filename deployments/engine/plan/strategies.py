"""The strategies, and the segments that each of them means when a plan lists none.

canary and blue_green list what they want, or take the usual steps; linear and rolling take equal steps of ``step``
percent; all_at_once is one step. Each step bakes for ``bake_seconds``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployments.engine.plan.reading import PlanError, whole

STRATEGIES = ("canary", "linear", "rolling", "blue_green", "all_at_once")
KEYS = {"step", "canary_percent", "bake_seconds", "minimum_requests"}


def spread(strategy: str, definition: Mapping[str, Any]) -> Any:
    """The plan's segments: those that it lists, else those of its strategy. Raises PlanError for a mix of both."""
    named = KEYS & set(definition)
    if "segments" in definition:
        if named:
            raise PlanError(f"A plan lists its segments or gives {', '.join(sorted(named))}, not both.")
        return definition["segments"]
    if not named and strategy not in ("all_at_once", "blue_green"):
        raise PlanError("A plan lists its segments, or gives step (linear, rolling) or canary_percent (canary).")
    common = {key: definition[key] for key in ("bake_seconds", "minimum_requests") if key in definition}
    return [{"name": _name(weight), "weight": weight, **common} for weight in _weights(strategy, definition)]


def _weights(strategy: str, definition: Mapping[str, Any]) -> list[int]:
    if strategy in ("all_at_once", "blue_green"):
        return [100]
    if strategy == "canary":
        return [whole(definition, "canary_percent", 10, 1, 99), 100]
    step = whole(definition, "step", 20, 3, 100)
    return [*range(step, 100, step), 100]


def _name(weight: int) -> str:
    return "All" if weight == 100 else f"{weight} %"
