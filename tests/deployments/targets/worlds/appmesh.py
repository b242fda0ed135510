"""An App Mesh route to one of three virtual nodes."""

from __future__ import annotations

from typing import Any

from deployments.targets.appmesh import APPMESH_WEIGHTS
from portal.sandbox.server import Sandbox

from .world import ACCOUNT, REGION, Clock, World, client

RETRY = {"maxRetries": 2, "perRetryTimeout": {"unit": "ms", "value": 500}, "httpRetryEvents": ["server-error"]}


def build(sandbox: Sandbox, clock: Clock) -> World:
    """All traffic goes to `blue`."""
    mesh, named = client("appmesh"), {"meshName": "shop"}
    mesh.create_mesh(**named)
    for name in ("blue", "green", "other"):
        listener = {"portMapping": {"port": 80, "protocol": "http"}}
        found = {"dns": {"hostname": f"{name}.local"}}
        mesh.create_virtual_node(
            **named, virtualNodeName=name, spec={"listeners": [listener], "serviceDiscovery": found}
        )
    mesh.create_virtual_router(
        **named, virtualRouterName="checkout", spec={"listeners": [{"portMapping": {"port": 80, "protocol": "http"}}]}
    )
    route = {**named, "virtualRouterName": "checkout", "routeName": "pay"}
    mesh.create_route(**route, spec=spec({"blue": 10}))
    fact = {"name": "shop", "arn": "arn", "account": ACCOUNT, "region": REGION, "technology": "App Mesh"}
    target = {"kind": APPMESH_WEIGHTS, "account": ACCOUNT, "region": REGION, "mesh": "shop", "router": "checkout"}
    return World(
        sandbox, clock, {**target, "route": "pay", "canary": "green"}, "blue", (("appmesh", "UpdateRoute"),),
        meddle=lambda: mesh.update_route(**route, spec=spec({"other": 10})),
        facts={"aws.mesh": [{**fact, "routes": [{"name": "pay"}]}]}, missing={"canary": "gone"},
    )  # fmt: skip


def spec(weights: dict[str, int]) -> dict[str, Any]:
    """A route with retries."""
    targets = [{"virtualNode": node, "weight": weight} for node, weight in weights.items()]
    return {"httpRoute": {"match": {"prefix": "/"}, "action": {"weightedTargets": targets}, "retryPolicy": RETRY}}
