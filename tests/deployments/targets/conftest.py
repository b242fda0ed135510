"""A world of each kind, on a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.changes import engine
from portal.changes.models import Change

from .worlds import Clock, World, build

LEASE = timedelta(minutes=3)


@pytest.fixture
def world_of(aws: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], World]:
    """world_of("elbv2-weights")."""

    def make(kind: str) -> World:
        clock = Clock()
        monkeypatch.setattr(aws.state, "wall", clock)
        return build(kind, aws, clock)

    return make


def armed(world: World, percent: float = 10.0, expected: Any = None) -> Change:
    """A change of this share, as the rollout engine arms it; remembers the traffic from before."""
    restore = world.target.setdefault("restore", world.observe())
    to = world.kind.wanted(world.target, restore, percent)
    target = {**world.target, "to": to, "expected": expected or restore, "segment": 0}
    return engine.arm(world.kind.change.key, target, owner="t:1", by="mira", lease=LEASE, reason="try")


def applied(world: World, percent: float = 10.0) -> Change:
    """The same, applied and proven."""
    return engine.apply(armed(world, percent))
