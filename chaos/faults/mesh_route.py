"""A route of an App Mesh mesh, as the arguments of a fault name it. AWS ended the support of App Mesh in September 2026."""

from __future__ import annotations

from chaos.faults.registry import ACCOUNT, REGION, Argument, Arguments
from portal.aws.appmesh_weights import MeshRoute
from portal.changes.kinds import Target

NAME = r"[A-Za-z0-9_-]{1,255}"
ARGUMENTS = (
    ACCOUNT,
    REGION,
    Argument("mesh", "Mesh", NAME, "routing"),
    Argument("router", "Virtual router", NAME, "routing"),
    Argument("route", "Route", NAME, "plan"),
)


def named(arguments: Arguments) -> dict[str, str]:
    """The names that a target holds."""
    return {argument.key: arguments[argument.key] for argument in ARGUMENTS}


def of(target: Target, role: str = "chaos") -> MeshRoute:
    """The route for the portal's AWS functions."""
    return MeshRoute(target["account"], target["region"], target["mesh"], target["router"], target["route"], role=role)
