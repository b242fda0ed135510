"""The weighted targets of an App Mesh route. AWS ended its support on 30 September 2026; the API still answers."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import AwsNotFound, aws_errors

KINDS = ("httpRoute", "http2Route", "grpcRoute", "tcpRoute")


@dataclass(frozen=True)
class MeshRoute:
    """A route of a virtual router of a mesh."""

    account: str
    region: str
    mesh: str
    router: str
    route: str
    role: str = "rollout"


def weights(route: MeshRoute) -> dict[str, int]:
    """Weight by virtual node. Raises AwsNotFound where the route is not there, and other AwsErrors."""
    with aws_errors("appmesh:DescribeRoute", route.account, route.region):
        targets = _action(spec_of(route), route)["weightedTargets"]
        return {target["virtualNode"]: int(target.get("weight", 0)) for target in targets}


def set_weights(route: MeshRoute, wanted: Mapping[str, int]) -> None:
    """Send the route's traffic to exactly these nodes; its match, retries and time-outs stay. Raises AwsError."""
    with aws_errors("appmesh:UpdateRoute", route.account, route.region):
        spec = spec_of(route)
        action = _action(spec, route)
        known = {target["virtualNode"]: target for target in action["weightedTargets"]}
        action["weightedTargets"] = [
            {**known.get(node, {"virtualNode": node}), "weight": weight} for node, weight in wanted.items()
        ]
        named = {"meshName": route.mesh, "virtualRouterName": route.router, "routeName": route.route}
        _client(route).update_route(**named, spec=spec)


def require_node(route: MeshRoute, node: str) -> None:
    """Raises AwsNotFound where the mesh has no such virtual node."""
    with aws_errors("appmesh:DescribeVirtualNode", route.account, route.region):
        _client(route).describe_virtual_node(meshName=route.mesh, virtualNodeName=node)


def spec_of(route: MeshRoute) -> dict[str, Any]:
    named = {"meshName": route.mesh, "virtualRouterName": route.router, "routeName": route.route}
    found: dict[str, Any] = copy.deepcopy(_client(route).describe_route(**named)["route"]["spec"])
    return found


def _action(spec: dict[str, Any], route: MeshRoute) -> dict[str, Any]:
    for kind in KINDS:
        action: dict[str, Any] = (spec.get(kind) or {}).get("action") or {}
        if action.get("weightedTargets"):
            return action
    message = f"the route {route.route} has no weighted targets"
    raise AwsNotFound("appmesh:DescribeRoute", route.account, route.region, "NoTargets", message)


def _client(route: MeshRoute) -> Any:
    return session.client(route.account, route.region, "appmesh", role=route.role, purpose="rollout")
