"""How an ECS service deployment moves with time: pure functions from its configuration and moments to stage and share.

The sandbox runs `rollout.SPEED` times faster than AWS, so that a bake of five minutes takes 30 seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .rollout import SPEED

STEP = 2.0
"""Seconds of a stage that neither bakes nor waits."""
BATCHES = 4
"""Groups of tasks that a rolling deployment takes one after the other."""
FEWEST, MOST = 3, 200
"""Bounds of the circuit breaker's threshold where it is a bounded percentage (ECS developer guide)."""


@dataclass(frozen=True)
class Stage:
    """So many seconds in one lifecycle stage, with `share` (0 to 1) of traffic or tasks on the new version."""

    name: str
    seconds: float
    share: float


@dataclass(frozen=True)
class Position:
    """Where a deployment is. `hook` is the index of the hook that it waits for, -1 for none; `since` when that began."""

    stage: str
    share: float
    done: bool
    scaled: bool
    hook: int = -1
    since: float = 0.0


def stages(configuration: Mapping[str, Any]) -> list[Stage]:
    """The stages of a deployment in order."""
    if configuration.get("strategy", "ROLLING") == "ROLLING":
        rolling = [Stage("SCALE_UP", STEP, number / BATCHES) for number in range(BATCHES)]
        return [*rolling, Stage("BAKE_TIME", _bake(configuration), 1.0), Stage("CLEAN_UP", STEP, 1.0)]
    before = ("RECONCILE_SERVICE", "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT",
              "POST_TEST_TRAFFIC_SHIFT")  # fmt: skip
    return [
        *(Stage(name, STEP, 0.0) for name in before),
        *_shift(configuration),
        Stage("POST_PRODUCTION_TRAFFIC_SHIFT", STEP, 1.0),
        Stage("BAKE_TIME", _bake(configuration), 1.0),
        Stage("CLEAN_UP", STEP, 1.0),
    ]


def position(configuration: Mapping[str, Any], elapsed: float, released: Mapping[str, float]) -> Position:
    """Where it is `elapsed` seconds after its start; `released` says when somebody let a PAUSE hook go, by hook index.

    A hook holds its stage back from its beginning on, once for each stage that it names.
    """
    at, scaled, name, share = 0.0, False, "", 0.0
    for stage in stages(configuration):
        if stage.name != name:
            name = stage.name
            for index in _hooks(configuration, name):
                if elapsed >= at and f"{index}" not in released:
                    return Position(name, share, False, scaled, index, at)
                at = max(at, released.get(f"{index}", at))
        scaled = scaled or stage.name not in ("RECONCILE_SERVICE", "PRE_SCALE_UP", "SCALE_UP")
        if elapsed < at + stage.seconds:
            return Position(name, stage.share, False, scaled)
        at, share = at + stage.seconds, stage.share
    return Position("CLEAN_UP", 1.0, True, True)


def threshold(breaker: Mapping[str, Any], desired: int) -> int:
    """Failed tasks after which the circuit breaker stops a deployment."""
    asked = breaker.get("thresholdConfiguration") or {}
    if asked.get("type") == "COUNT":
        return int(asked["value"])
    part = math.ceil(desired * int(asked.get("value", 50)) / 100)
    return max(1, part) if asked.get("type") == "UNBOUNDED_PERCENT" else max(FEWEST, min(MOST, part))


def _shift(configuration: Mapping[str, Any]) -> Iterator[Stage]:
    name, strategy = "PRODUCTION_TRAFFIC_SHIFT", configuration["strategy"]
    if strategy == "CANARY":
        canary = configuration.get("canaryConfiguration") or {}
        bake = canary.get("canaryBakeTimeInMinutes", 10) * 60 / SPEED
        yield Stage(name, bake, canary.get("canaryPercent", 5) / 100)
    if strategy == "LINEAR":
        linear = configuration.get("linearConfiguration") or {}
        step, bake = linear.get("stepPercent", 10) / 100, linear.get("stepBakeTimeInMinutes", 6) * 60 / SPEED
        for number in range(1, math.ceil(1 / step)):
            yield Stage(name, bake, step * number)
    yield Stage(name, STEP, 1.0)


def _bake(configuration: Mapping[str, Any]) -> float:
    return float(configuration.get("bakeTimeInMinutes") or 0) * 60 / SPEED


def _hooks(configuration: Mapping[str, Any], stage: str) -> Iterator[int]:
    for index, hook in enumerate(configuration.get("lifecycleHooks") or []):
        if hook.get("targetType") == "PAUSE" and stage in hook.get("lifecycleStages", []):
            yield index
