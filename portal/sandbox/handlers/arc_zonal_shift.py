"""Zonal shifts of load balancers, which moto lacks: started, listed, changed, cancelled, and over when their time is."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

from portal.sandbox.backends import backend
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

LONGEST = 72 * 60
"""Minutes that a shift may last."""
Shifts = dict[str, dict[str, Any]]


def _shifts(state: State, context: Context) -> Shifts:
    """All shifts by id, as of now."""
    known: Shifts = state.topic("arc-zonal-shift", context.account, context.region)
    for shift in known.values():
        if shift["status"] == "ACTIVE" and state.now() >= shift["expiryTime"]:
            shift["status"] = "EXPIRED"
    return known


def _zones(context: Context) -> dict[str, list[str]]:
    """Zone ids by ARN of each load balancer."""
    ids = {
        zone.name: zone.zone_id
        for zone in backend("ec2", context.account, context.region).describe_availability_zones()
    }
    found = backend("elbv2", context.account, context.region).load_balancers.values()
    return {one.arn: sorted(ids[subnet.availability_zone] for subnet in one.subnets) for one in found}


def _resource(context: Context, wanted: str) -> str:
    if wanted not in _zones(context):
        raise Refused("ResourceNotFoundException", f"The resource {wanted} is not registered with zonal shift.")
    return wanted


def _expiry(state: State, text: str) -> datetime:
    read = re.fullmatch(r"([1-9][0-9]*)(m|h)", text)
    minutes = int(read[1]) * (60 if read[2] == "h" else 1) if read else 0
    if not 1 <= minutes <= LONGEST:
        raise Refused("ValidationException", "expiresIn must be between 1 minute and 72 hours, such as 30m or 2h.")
    return datetime.fromtimestamp(state.wall() + minutes * 60, UTC)


def _active(state: State, context: Context, arn: str) -> list[dict[str, Any]]:
    found = _shifts(state, context).values()
    return [one for one in found if (one["resourceIdentifier"], one["status"]) == (arn, "ACTIVE")]


def _one(state: State, context: Context, name: str) -> dict[str, Any]:
    found = _shifts(state, context).get(name)
    if found is None:
        raise Refused("ResourceNotFoundException", f"There is no zonal shift {name}.")
    if found["status"] != "ACTIVE":
        raise Refused("ConflictException", f"The zonal shift {name} is {found['status']}.")
    return found


@handles("arc-zonal-shift", "StartZonalShift")
def start(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One shift for a resource at a time."""
    arn, away = _resource(context, params["resourceIdentifier"]), params["awayFrom"]
    if away not in _zones(context)[arn]:
        raise Refused("ValidationException", f"{away} is not a zone of the resource.")
    if _active(state, context, arn):
        raise Refused("ConflictException", "A zonal shift is in progress for this resource already.")
    made = {
        "zonalShiftId": str(uuid.uuid4()),
        "resourceIdentifier": arn,
        "awayFrom": away,
        "expiryTime": _expiry(state, params["expiresIn"]),
        "startTime": state.now(),
        "status": "ACTIVE",
        "comment": params["comment"],
    }
    _shifts(state, context)[made["zonalShiftId"]] = made
    return dict(made)


@handles("arc-zonal-shift", "UpdateZonalShift")
def update(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Another end, or another comment."""
    found = _one(state, context, params["zonalShiftId"])
    if params.get("expiresIn"):
        found["expiryTime"] = _expiry(state, params["expiresIn"])
    found["comment"] = params.get("comment") or found["comment"]
    return dict(found)


@handles("arc-zonal-shift", "CancelZonalShift")
def cancel(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The end before its time."""
    found = _one(state, context, params["zonalShiftId"])
    found["status"] = "CANCELED"
    return dict(found)


@handles("arc-zonal-shift", "ListZonalShifts")
def list_shifts(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Those of one resource or of all, of one status or of all."""
    wanted = {key: params[key] for key in ("status", "resourceIdentifier") if params.get(key)}
    found = _shifts(state, context).values()
    return {"items": [dict(one) for one in found if all(one[key] == value for key, value in wanted.items())]}


def _managed(state: State, context: Context, arn: str) -> dict[str, Any]:
    taken = _active(state, context, arn)
    away = {one["awayFrom"] for one in taken}
    shown = [
        {**{key: value for key, value in one.items() if key != "status"}, "appliedStatus": "APPLIED"} for one in taken
    ]
    weights = {zone: 0.0 if zone in away else 1.0 for zone in _zones(context)[arn]}
    name = arn.split("/")[-2]
    return {"arn": arn, "name": name, "appliedWeights": weights, "zonalShifts": shown, "autoshifts": []}


@handles("arc-zonal-shift", "GetManagedResource")
def get_resource(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """A load balancer with its weights and what moves it."""
    found = _managed(state, context, _resource(context, params["resourceIdentifier"]))
    return {**found, "zonalAutoshiftStatus": "DISABLED"}


@handles("arc-zonal-shift", "ListManagedResources")
def list_resources(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """All load balancers."""
    known = _zones(context)
    return {"items": [{**_managed(state, context, arn), "availabilityZones": zones} for arn, zones in known.items()]}
