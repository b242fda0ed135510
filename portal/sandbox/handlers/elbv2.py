"""Target health as the load balancer would see it, the weights that AWS would refuse, and attributes as AWS sets them at first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.sandbox.backends import backend, closed_subnets
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

MOST = 999
TIMEOUT = {"State": "unhealthy", "Reason": "Target.Timeout", "Description": "Request timed out"}
CROSS_ZONE = "load_balancing.cross_zone.enabled"
HEADERS = "routing.http.drop_invalid_header_fields.enabled"


@handles("elbv2", "ModifyLoadBalancerAttributes")
def modify_load_balancer_attributes(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Let moto write them, and remember which were set: it tells a default from a choice."""
    chosen = state.topic("elbv2.chosen", context.account, context.region)
    answer = context.forward()
    chosen.setdefault(params["LoadBalancerArn"], set()).update(one["Key"] for one in params["Attributes"])
    return {"Attributes": _as_aws(state, context, params["LoadBalancerArn"], answer["Attributes"])}


@handles("elbv2", "DescribeLoadBalancerAttributes")
def describe_load_balancer_attributes(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's attributes, with the defaults of AWS where nobody chose."""
    return {"Attributes": _as_aws(state, context, params["LoadBalancerArn"], context.forward()["Attributes"])}


def _as_aws(state: State, context: Context, arn: str, attributes: list[dict[str, str]]) -> list[dict[str, str]]:
    """An application load balancer spreads requests over all zones and takes any header unless told otherwise."""
    if ":loadbalancer/app/" not in arn:
        return attributes
    values = {one["Key"]: one["Value"] for one in attributes}
    if CROSS_ZONE not in state.topic("elbv2.chosen", context.account, context.region).get(arn, ()):
        values[CROSS_ZONE] = "true"
    values.setdefault(HEADERS, "false")
    return [{"Key": key, "Value": value} for key, value in sorted(values.items())]


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
