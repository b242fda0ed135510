"""Target health as the load balancer would see it when a zone is cut or an instance stopped."""

from __future__ import annotations

from typing import Any

from portal.sandbox.backends import backend, closed_subnets
from portal.sandbox.registry import Context, handles
from portal.sandbox.state import State


@handles("elbv2", "DescribeTargetHealth")
def describe_target_health(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's answer, with instances behind a closed network ACL as unhealthy (moto never says so)."""
    answer = context.forward()
    closed = closed_subnets(context.account, context.region)
    machines = {one.id: one for one in backend("ec2", context.account, context.region).all_instances()}
    for described in answer["TargetHealthDescriptions"]:
        machine = machines.get(described["Target"]["Id"])
        if machine is None:
            continue
        described["Target"]["AvailabilityZone"] = machine.placement.availability_zone
        if machine.subnet_id in closed and described["TargetHealth"]["State"] == "healthy":
            described["TargetHealth"] = {
                "State": "unhealthy",
                "Reason": "Target.Timeout",
                "Description": "Request timed out",
            }
    return answer
