"""The one thing that changes in a mesh by itself: a while after it is there, a team moves more traffic to its new node."""

from __future__ import annotations

from . import backends
from .organisation import SERVICES
from .parts import Mesh
from .state import State

AFTER = 300.0
"""Seconds between the seeding of a mesh and its one change."""
ROUTE = "plan"
WEIGHTS = (70, 30)


def advance(state: State) -> None:
    """Shift the weights of each seeded mesh once; call it while holding the state's lock."""
    for service in SERVICES:
        if service.name in state.seeded and any(isinstance(part, Mesh) for part in service.parts):
            kept = state.topic("mesh.changes", service.account, service.region)
            since = kept.setdefault(service.name, state.wall())
            if since is not None and state.wall() - since >= AFTER:
                _shift(service.account, service.region, service.name)
                kept[service.name] = None


def _shift(account: str, region: str, mesh: str) -> None:
    router = backends.backend("appmesh", account, region).meshes[mesh].virtual_routers[mesh]
    targets = router.routes[ROUTE].spec.http_route.action.weighted_targets
    for target, weight in zip(targets, WEIGHTS, strict=True):
        target.weight = weight
