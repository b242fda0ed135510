"""What moto's groups lack: hosts that move when the subnets change, and that need a while until they serve."""

from __future__ import annotations

from typing import Any

from portal.sandbox import group_balance
from portal.sandbox.registry import Context, handles
from portal.sandbox.state import State

WARM_UP = 20.0
"""Seconds from the launch of a replacement until it is in service; in AWS minutes."""


def _launched(state: State, context: Context) -> dict[str, Any]:
    """When replacements were launched, by instance id."""
    return state.topic("autoscaling.launched", context.account, context.region)


def _note(state: State, context: Context, before: set[str]) -> None:
    """Members that were not there before begin to warm up."""
    new = group_balance.members(context.account, context.region) - before
    _launched(state, context).update(dict.fromkeys(new, state.wall()))


@handles("autoscaling", "UpdateAutoScalingGroup")
def update_group(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's update; with other subnets the hosts are spread over them anew."""
    before = group_balance.members(context.account, context.region)
    answer = context.forward()
    if params.get("VPCZoneIdentifier"):
        group_balance.spread(context.account, context.region, params["AutoScalingGroupName"])
    _note(state, context, before)
    return answer


@handles("autoscaling", "TerminateInstanceInAutoScalingGroup")
def terminate_member(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's termination; the replacement needs a while."""
    before = group_balance.members(context.account, context.region)
    answer = context.forward()
    _note(state, context, before)
    return answer


@handles("autoscaling", "DescribeAutoScalingGroups")
def describe_groups(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's groups; replacements are Pending until they serve, and what does not run is unhealthy."""
    answer = context.forward()
    launched, down = _launched(state, context), group_balance.down(context.account, context.region)
    for group in answer["AutoScalingGroups"]:
        for member in group.get("Instances") or []:
            if state.wall() < launched.get(member["InstanceId"], 0.0) + WARM_UP:
                member["LifecycleState"] = "Pending"
            if member["InstanceId"] in down:
                member["HealthStatus"] = "Unhealthy"
    return answer
