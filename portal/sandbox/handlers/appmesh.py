"""Virtual services of App Mesh, which moto does not have at all."""

from __future__ import annotations

import uuid
from typing import Any

from portal.sandbox.backends import backend
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State


def _kept(state: State, params: dict[str, Any], context: Context) -> dict[str, dict[str, Any]]:
    """Virtual services of a mesh by name; refused where there is no such mesh."""
    mesh = params["meshName"]
    if mesh not in backend("appmesh", context.account, context.region).meshes:
        raise Refused("NotFoundException", f"There is no mesh {mesh}.")
    kept: dict[str, dict[str, Any]] = state.topic("appmesh.services", context.account, context.region).setdefault(
        mesh, {}
    )
    return kept


@handles("appmesh", "CreateVirtualService")
def create_virtual_service(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """A virtual service with its provider; a second one of the name is refused."""
    kept, name, mesh = _kept(state, params, context), params["virtualServiceName"], params["meshName"]
    if name in kept:
        raise Refused("ConflictException", f"The virtual service {name} exists.")
    metadata = {
        "arn": context.arn(f"mesh/{mesh}/virtualService/{name}"),
        "createdAt": state.now(),
        "lastUpdatedAt": state.now(),
        "meshOwner": context.account,
        "resourceOwner": context.account,
        "uid": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{context.account}.{mesh}.{name}")),
        "version": 1,
    }
    kept[name] = {
        "meshName": mesh,
        "virtualServiceName": name,
        "metadata": metadata,
        "spec": params["spec"],
        "status": {"status": "ACTIVE"},
    }
    return {"virtualService": kept[name]}


@handles("appmesh", "DescribeVirtualService")
def describe_virtual_service(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One virtual service."""
    found = _kept(state, params, context).get(params["virtualServiceName"])
    if found is None:
        raise Refused("NotFoundException", f"There is no virtual service {params['virtualServiceName']}.")
    return {"virtualService": found}


@handles("appmesh", "ListVirtualServices")
def list_virtual_services(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """All virtual services of a mesh, in one page."""
    rows = []
    for name, found in sorted(_kept(state, params, context).items()):
        summary = {key: value for key, value in found["metadata"].items() if key != "uid"}
        rows.append({"meshName": params["meshName"], "virtualServiceName": name, **summary})
    return {"virtualServices": rows}
