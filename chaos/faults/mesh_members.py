"""Where a fault of a mesh would strike: the route of a mesh that discovery has found for the service, and who uses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.faults import found
from chaos.faults.registry import Arguments
from services.models import Entity


def mesh(service: Entity, arguments: Arguments, name: str, technology: str) -> Mapping[str, Any] | None:
    """The mesh, or the Lattice service, of this name; None where it is not the service's."""
    return found.one(service, "aws.mesh", arguments, name=name, technology=technology)


def users(mesh: Mapping[str, Any], route: str) -> tuple[tuple[str, str], ...]:
    """(name, note) of the members that may use a route, where the mesh knows them."""
    routes = [one for one in mesh.get("routes", ()) if one.get("name") == route]
    return tuple((caller, f"may call by {route}") for one in routes for caller in one.get("callers", ()))
