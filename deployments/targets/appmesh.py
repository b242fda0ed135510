"""App Mesh: how much of a route's traffic goes to the canary's virtual node. A legacy: AWS has ended its support."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployments.targets.contract import Choices, Field, TargetError, TargetKind
from deployments.targets.found import items, only
from deployments.targets.weighted import Weighted, Weights
from portal.aws import appmesh_weights
from portal.aws.appmesh_weights import MeshRoute
from portal.changes.kinds import Target
from services.models import Entity

APPMESH_WEIGHTS = "appmesh-weights"
TECHNOLOGY = "App Mesh"
MOST = 100
"""Largest weight of a target (App Mesh API reference, WeightedTarget)."""
LEGACY = (
    "AWS ended its support of App Mesh on 30 September 2026. Move to ECS blue/green, VPC Lattice or ALB target groups; "
    "until then its weights can still be moved here."
)
NAME = r"[A-Za-z0-9_.-]{1,255}"
FIELDS = (
    Field("mesh", "Mesh", NAME, "As discovery has found it for the service."),
    Field("router", "Virtual router", NAME, "Without one it has the name of the mesh."),
    Field("route", "Route", NAME, "As discovery has found it for the service."),
)
CANARY = Field("canary", "New virtual node", NAME, "Its name.")


def locate(entity: Entity, wanted: Mapping[str, str]) -> Target:
    """The route that discovery has found. Raises TargetError."""
    found, name = _found(entity, wanted), wanted.get("mesh", "")
    item = only(
        [item for item in found if not name or item["name"] == name], f"mesh of {entity.name} {name}".rstrip(), "mesh"
    )
    routes = [route["name"] for route in item["routes"]]
    route = wanted.get("route") or (routes[0] if len(routes) == 1 else "")
    if route not in routes:
        raise TargetError(f"{item['name']} has no route {route!r}: choose one of {', '.join(routes)}.")
    place = {"account": item["account"], "region": item["region"], "mesh": item["name"]}
    own = {"router": wanted.get("router") or item["name"], "route": route, "canary": wanted["canary"]}
    return {"kind": APPMESH_WEIGHTS, **place, **own}


def choices(entity: Entity) -> Choices:
    """Meshes and their routes."""
    found = _found(entity, {})
    routes = sorted({route["name"] for item in found for route in item["routes"]})
    return {"mesh": [(item["name"], item["name"]) for item in found], "route": [(name, name) for name in routes]}


def _found(entity: Entity, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    return [item for item in items(entity, "aws.mesh", wanted) if item.get("technology") == TECHNOLOGY]


def _read(target: Target) -> Weights:
    found = appmesh_weights.weights(_route(target))
    if target["canary"] not in found:
        appmesh_weights.require_node(_route(target), target["canary"])
    return found


def _write(target: Target, weights: Weights) -> None:
    appmesh_weights.set_weights(_route(target), weights)


def _route(target: Target) -> MeshRoute:
    return MeshRoute(target["account"], target["region"], target["mesh"], target["router"], target["route"])


WEIGHTS = Weighted("route", MOST, _read, _write)
KIND = TargetKind(
    APPMESH_WEIGHTS, "App Mesh weights", WEIGHTS.kind(APPMESH_WEIGHTS, "App Mesh route weights"), FIELDS, locate,
    WEIGHTS.describe, noun="route", wanted=WEIGHTS.wanted, canary=CANARY, choices=choices, legacy=LEGACY, order=90,
)  # fmt: skip
