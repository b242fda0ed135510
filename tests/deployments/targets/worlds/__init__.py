"""The AWS side of each kind of target, for tests of the kinds and of the rollout engine.

`build("elbv2-weights", sandbox, clock)` makes one; the fixture `world_of` of `fixtures.py` does so with a clock that is
taken away at the end of the test.
"""

from __future__ import annotations

from collections.abc import Callable

from portal.sandbox.server import Sandbox

from . import appmesh, codedeploy, ecs_service, elbv2, external, lambda_alias, lattice, route53
from .world import Clock, World

WORLDS: dict[str, Callable[[Sandbox, Clock], World]] = {
    "lambda-alias": lambda_alias.build,
    "elbv2-weights": elbv2.build,
    "ecs-service": ecs_service.build,
    "codedeploy": codedeploy.build,
    "route53-weights": route53.build,
    "lattice-weights": lattice.build,
    "appmesh-weights": appmesh.build,
    "external": external.build,
}
KINDS = tuple(WORLDS)

__all__ = ["KINDS", "WORLDS", "Clock", "World", "build"]


def build(kind: str, sandbox: Sandbox, clock: Clock | None = None) -> World:
    """The world of a kind in an empty sandbox. With a `clock` that is the sandbox's `state.wall`, time can be moved."""
    return WORLDS[kind](sandbox, clock or Clock())
