"""Faults of dependencies, through the mesh."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from portal.aws import session
from services import facts
from tests.chaos.faults.case import PLACE, Case, Stage

ROUTE = {"mesh": "routing", "router": "routing", "route": "plan"}
NAMED = {"meshName": "routing", "virtualRouterName": "routing", "routeName": "plan"}


def rule(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = stage.client("appmesh").describe_route(**NAMED)["route"]["spec"]["httpRoute"]
    return found


def timeout(stage: Stage) -> Any:
    return rule(stage).get("timeout")


def weights(stage: Stage) -> dict[str, int]:
    return {one["virtualNode"]: one["weight"] for one in rule(stage)["action"]["weightedTargets"]}


def _give_time(stage: Stage) -> None:
    changed = {**rule(stage), "timeout": {"perRequest": {"unit": "s", "value": 9}}}
    stage.client("appmesh").update_route(**NAMED, spec={"httpRoute": changed})


def _give_weights(stage: Stage) -> None:
    action = {"weightedTargets": [{"virtualNode": "routing", "weight": 5}]}
    stage.client("appmesh").update_route(**NAMED, spec={"httpRoute": {**rule(stage), "action": action}})


def _ids(stage: Stage) -> dict[str, str]:
    made = next(one for one in _platform(stage).list_services()["items"] if one["name"] == "exports")
    listener = _platform(stage).list_listeners(serviceIdentifier=made["id"])["items"][0]["id"]
    return {"serviceIdentifier": made["id"], "listenerIdentifier": listener, "arn": made["arn"]}


def _platform(stage: Stage) -> Any:
    return session.client("222222222222", "us-east-1", "vpc-lattice", role="chaos", purpose="owner")


def default_action(stage: Stage) -> Any:
    found = _ids(stage)
    del found["arn"]
    return _platform(stage).get_listener(**found)["defaultAction"]


def _known(stage: Stage) -> None:
    """The Lattice service as discovery finds it: its ARN holds an id that AWS makes up."""
    item = {
        "account": "222222222222", "region": "us-east-1", "name": "exports", "technology": "VPC Lattice",
        "arn": _ids(stage)["arn"], "routes": [{"name": "https/default", "callers": ["events"]}],
    }  # fmt: skip
    facts.publish(stage.entity, "aws.mesh", {"items": [item], "count": 1}, source="test")


def _forward_elsewhere(stage: Stage) -> None:
    lattice, found = _platform(stage), _ids(stage)
    del found["arn"]
    groups = {one["name"]: one["id"] for one in lattice.list_target_groups()["items"]}
    action = {"forward": {"targetGroups": [{"targetGroupIdentifier": groups["exports-canary"], "weight": 100}]}}
    lattice.update_listener(**found, defaultAction=action)


MESH = {
    "aws.mesh": {
        "items": [
            {
                **PLACE,
                "name": "routing",
                "technology": "App Mesh",
                "routes": [{"name": "plan", "callers": ["shipping"]}],
            }
        ],
        "count": 1,
    }
}
TIMEOUT = Case(
    "mesh-timeout", {**PLACE, **ROUTE}, timeout, ("appmesh", "UpdateRoute"), {**PLACE, **ROUTE, "mesh": "other"},
    "not a mesh of routing", service="routing", facts=MESH, theirs=_give_time,
    kept=lambda stage: timeout(stage)["perRequest"]["value"] == 9,
)  # fmt: skip
CAREFUL = replace(
    TIMEOUT, arguments={**PLACE, **ROUTE, "route": "distance"}, theirs=None,
    look=lambda stage: stage.client("appmesh").describe_route(**{**NAMED, "routeName": "distance"})["route"]["spec"],
)  # fmt: skip
AWAY = Case(
    "mesh-route-away", {**PLACE, **ROUTE, "node": "shipping"}, weights, ("appmesh", "UpdateRoute"),
    {**PLACE, **ROUTE, "mesh": "other", "node": "shipping"}, "not a mesh of routing", service="routing", facts=MESH,
    theirs=_give_weights, kept=lambda stage: weights(stage) == {"routing": 5},
)  # fmt: skip
PLATFORM = {"account": "222222222222", "region": "us-east-1"}
LATTICE = Case(
    "lattice-blackhole", {**PLATFORM, "service": "exports", "listener": "https"}, default_action,
    ("vpc-lattice", "UpdateListener"), {**PLATFORM, "service": "events", "listener": "http"},
    "not a VPC Lattice service of exports", service="exports", prepare=_known, theirs=_forward_elsewhere,
    kept=lambda stage: "forward" in default_action(stage),
)  # fmt: skip
CASES = {"mesh-timeout": TIMEOUT, "mesh-timeout-again": CAREFUL, "mesh-away": AWAY, "lattice": LATTICE}
