"""A dependency in App Mesh is too slow: requests of a route time out after a millisecond."""

from __future__ import annotations

from chaos.faults import callers, found, mesh_members, mesh_route
from chaos.faults.registry import Arguments, Fault, Preview
from portal.aws import appmesh_timeout
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "mesh-timeout"
SHORT = {"unit": "ms", "value": 1}


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Whose requests would time out. Raises AwsError."""
    target = mesh_route.named(arguments)
    sentence = f"Every request by the route {target['route']} of {target['mesh']} times out after 1 ms."
    item = mesh_members.mesh(service, arguments, target["mesh"], "App Mesh")
    if item is None:
        return Preview(dict(target), sentence, refusal=found.refusal(service, "mesh", target["mesh"]))
    now = appmesh_timeout.per_request(mesh_route.of(target, "read"))
    said = f"{now['value']} {now['unit']}" if now else "none set"
    return Preview(
        target=dict(target),
        sentence=sentence,
        rows=(
            (target["route"], f"time-out of a request: {said}"),
            *mesh_members.users(item, target["route"]),
            *callers.rows(service),
        ),
        refusal="Its requests time out after 1 ms already." if now == SHORT else "",
        hit=1,
        total=max(1, len(item.get("routes", ()))),
    )


def observe(target: Target) -> Seen:
    """The time-out now. Raises AwsError; ValueError where it is 1 ms already."""
    now = appmesh_timeout.per_request(mesh_route.of(target))
    if now == SHORT:
        raise ValueError(f"requests of {target['route']} time out after 1 ms already: undo the other change first")
    return {"account": target["account"], "region": target["region"], "timeout": now}


def apply(target: Target) -> None:
    """Let requests time out."""
    appmesh_timeout.set_per_request(mesh_route.of(target), SHORT)


def undo(target: Target, before: Seen) -> None:
    """Put the time-out back, unless somebody has set another one since."""
    if verify_applied(target):
        appmesh_timeout.set_per_request(mesh_route.of(target), before["timeout"])


def verify_applied(target: Target) -> bool:
    """Whether requests time out after 1 ms."""
    return appmesh_timeout.per_request(mesh_route.of(target)) == SHORT


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether they no longer do."""
    return not verify_applied(target)


KIND = Kind(
    key=KEY,
    title="App Mesh route that times out",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
)
FAULT = Fault(
    key=KEY,
    title="Dependency times out (App Mesh)",
    description="Gives requests of an App Mesh route one millisecond, as when the dependency answers far too late.",
    kind=KEY,
    arguments=mesh_route.ARGUMENTS,
    max_seconds=1800,
    preview=preview,
    order=71,
)
