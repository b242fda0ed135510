"""VPC Lattice: how much of a listener's or rule's traffic goes to the canary's target group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployments.targets.contract import Choices, Counts, Field, Host, Streams, TargetError, TargetKind
from deployments.targets.found import items, only
from deployments.targets.weighted import Weighted, Weights
from portal.aws import lattice_weights
from portal.aws.cloudwatch import Metric
from portal.aws.lattice_weights import LatticeRoute
from portal.changes.kinds import Target
from services.models import Entity

LATTICE_WEIGHTS = "lattice-weights"
TECHNOLOGY = "VPC Lattice"
MOST = 999
"""Largest weight of a target group (VPC Lattice API reference, WeightedTargetGroup)."""
NAME = r"[a-z0-9-]{1,63}"
FIELDS = (
    Field("lattice_service", "Lattice service", NAME, "As discovery has found it for the service."),
    Field("route", "Listener and rule", rf"{NAME}/{NAME}", "Such as https/default for a listener's default action."),
)
CANARY = Field("canary", "New target group", NAME, "Its name.")


def locate(entity: Entity, wanted: Mapping[str, str]) -> Target:
    """The listener's rule that discovery has found. Raises TargetError."""
    found, name = _found(entity, wanted), wanted.get("lattice_service", "")
    found = [item for item in found if not name or item["name"] == name]
    item = only(found, f"VPC Lattice service of {entity.name} {name}".rstrip(), "lattice_service")
    routes = [route["name"] for route in item["routes"]]
    route = wanted.get("route") or (routes[0] if len(routes) == 1 else "")
    if route not in routes:
        raise TargetError(f"{item['name']} has no route {route!r}: choose one of {', '.join(routes)}.")
    place = {"account": item["account"], "region": item["region"], "arn": item["arn"]}
    own = {"lattice_service": item["name"], "route": route, "canary": wanted["canary"]}
    return {"kind": LATTICE_WEIGHTS, **place, **own}


def choices(entity: Entity) -> Choices:
    """Lattice services and their routes."""
    found = _found(entity, {})
    routes = sorted({route["name"] for item in found for route in item["routes"]})
    return {
        "lattice_service": [(item["name"], item["name"]) for item in found],
        "route": [(name, name) for name in routes],
    }


def hosts(target: Target) -> list[Host]:
    """The targets of both groups."""
    groups = dict.fromkeys([target["canary"], (target.get("restore") or {}).get("version", target["canary"])])
    return [
        Host(one.id, one.zone, group, one.health, one.reason)
        for group in groups
        for one in lattice_weights.targets(_route(target), group)
    ]


def streams(target: Target) -> Streams:
    """Requests and 5xx answers of each target group, and how long they took on average."""
    ids, restore = target["restore"]["ids"], target["restore"]["version"]
    latency = {
        name: Metric("AWS/VpcLattice", "RequestTime", {"TargetGroup": ids[group]}, "Average")
        for name, group in (("canary", target["canary"]), ("baseline", restore))
    }
    return Streams(_counts(ids[target["canary"]]), _counts(ids[restore]), latency=latency)


def _counts(group: str) -> Counts:
    own = {"TargetGroup": group}
    return Counts(
        (Metric("AWS/VpcLattice", "TotalRequestCount", own),), (Metric("AWS/VpcLattice", "HTTPCode_5XX_Count", own),)
    )


def _found(entity: Entity, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    return [item for item in items(entity, "aws.mesh", wanted) if item.get("technology") == TECHNOLOGY]


def _read(target: Target) -> Weights:
    return lattice_weights.weights(_route(target))


def _ids(target: Target, weights: Weights) -> dict[str, Any]:
    return {"ids": lattice_weights.group_ids(_route(target), list(dict.fromkeys([*weights, target["canary"]])))}


def _write(target: Target, weights: Weights) -> None:
    lattice_weights.set_weights(_route(target), weights)


def _route(target: Target) -> LatticeRoute:
    listener, _, rule = target["route"].partition("/")
    return LatticeRoute(target["account"], target["region"], target["arn"].rpartition("/")[2], listener, rule)


WEIGHTS = Weighted("route", MOST, _read, _write, more=_ids)
KIND = TargetKind(
    LATTICE_WEIGHTS, "VPC Lattice weights", WEIGHTS.kind(LATTICE_WEIGHTS, "VPC Lattice weights"), FIELDS, locate,
    WEIGHTS.describe, noun="route", wanted=WEIGHTS.wanted, hosts=hosts, streams=streams, canary=CANARY,
    choices=choices, order=60,
)  # fmt: skip
