"""Target health as the load balancer would see it, and the weights that AWS would refuse."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.sandbox.backends import backend, closed_subnets
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

MOST = 999
TIMEOUT = {"State": "unhealthy", "Reason": "Target.Timeout", "Description": "Request timed out"}


@handles("elbv2", "DescribeTargetHealth")
def describe_target_health(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's answer, with instances behind a closed network ACL as unhealthy, and what a test or the seed says of a target.

    moto itself never says unhealthy.
    """
    answer = context.forward()
    closed = closed_subnets(context.account, context.region)
    machines = {one.id: one for one in backend("ec2", context.account, context.region).all_instances()}
    said = state.topic("health", context.account, context.region)
    for described in answer["TargetHealthDescriptions"]:
        name = described["Target"]["Id"]
        machine = machines.get(name)
        if machine is not None:
            described["Target"]["AvailabilityZone"] = machine.placement.availability_zone
            if machine.subnet_id in closed and described["TargetHealth"]["State"] == "healthy":
                described["TargetHealth"] = dict(TIMEOUT)
        described["TargetHealth"] = said.get(f"{params['TargetGroupArn']} {name}") or described["TargetHealth"]
    return answer


@handles("elbv2", "ModifyListener")
def modify_listener(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's change, after the checks that it leaves out."""
    _check(params.get("DefaultActions") or [], context)
    return context.forward()


@handles("elbv2", "ModifyRule")
def modify_rule(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's change, after the checks that it leaves out."""
    _check(params.get("Actions") or [], context)
    return context.forward()


def _check(actions: Iterable[dict[str, Any]], context: Context) -> None:
    known = backend("elbv2", context.account, context.region).target_groups
    for action in actions:
        for group in (action.get("ForwardConfig") or {}).get("TargetGroups") or []:
            if group["TargetGroupArn"] not in known:
                raise Refused("TargetGroupNotFoundException", "One or more target groups not found")
            if not 0 <= int(group.get("Weight", 1)) <= MOST:
                raise Refused("ValidationError", f"The weight of a target group lies between 0 and {MOST}")
