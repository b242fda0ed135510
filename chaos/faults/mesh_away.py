"""A dependency in App Mesh is gone: a route sends everything to a node that nobody answers for."""

from __future__ import annotations

from chaos.faults import callers, found, mesh_members, mesh_route
from chaos.faults.registry import Argument, Arguments, Fault, Preview
from portal.aws import appmesh_weights
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "mesh-route-away"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which nodes lose their requests to which. Raises AwsError, where there is no such node among others."""
    target = {**mesh_route.named(arguments), "node": arguments["node"]}
    sentence = f"Every request by the route {target['route']} of {target['mesh']} goes to {target['node']}."
    item = mesh_members.mesh(service, arguments, target["mesh"], "App Mesh")
    if item is None:
        return Preview(dict(target), sentence, refusal=found.refusal(service, "mesh", target["mesh"]))
    route = mesh_route.of(target, "read")
    appmesh_weights.require_node(route, target["node"])
    now = appmesh_weights.weights(route)
    busy = [node for node, weight in now.items() if weight and node != target["node"]]
    return Preview(
        target=dict(target),
        sentence=sentence,
        rows=tuple((node, f"weight {weight}") for node, weight in now.items())
        + mesh_members.users(item, target["route"])
        + callers.rows(service),
        refusal="" if busy else f"{target['node']} takes every request already: nothing would happen.",
        hit=len(busy),
        total=max(1, len(now)),
    )


def observe(target: Target) -> Seen:
    """The weights now. Raises AwsError; ValueError where everything goes to the node already."""
    now = appmesh_weights.weights(mesh_route.of(target))
    if now == _ours(target):
        raise ValueError(f"everything goes to {target['node']} already: undo the other change first")
    return {"account": target["account"], "region": target["region"], "weights": now}


def apply(target: Target) -> None:
    """Send everything to the node."""
    appmesh_weights.set_weights(mesh_route.of(target), _ours(target))


def undo(target: Target, before: Seen) -> None:
    """Put the weights back, unless somebody has set others since."""
    if verify_applied(target):
        appmesh_weights.set_weights(mesh_route.of(target), before["weights"])


def verify_applied(target: Target) -> bool:
    """Whether everything goes to the node."""
    return appmesh_weights.weights(mesh_route.of(target)) == _ours(target)


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether it no longer does."""
    return not verify_applied(target)


def _ours(target: Target) -> dict[str, int]:
    return {target["node"]: 1}


KIND = Kind(
    key=KEY,
    title="App Mesh route that leads nowhere",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
)
FAULT = Fault(
    key=KEY,
    title="Dependency gone (App Mesh)",
    description="Sends all requests of an App Mesh route to one node: one without hosts stands for a lost dependency.",
    kind=KEY,
    arguments=(*mesh_route.ARGUMENTS, Argument("node", "Virtual node", mesh_route.NAME, "routing-next")),
    max_seconds=1800,
    preview=preview,
    order=72,
)
