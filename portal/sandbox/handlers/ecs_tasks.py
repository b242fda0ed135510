"""The tasks of ECS services, which moto never starts: one for each that is wanted, spread over two zones."""

from __future__ import annotations

import uuid
from typing import Any

from portal.sandbox.backends import backend
from portal.sandbox.ecs_deployments import FORWARD, moves
from portal.sandbox.registry import Context, handles
from portal.sandbox.state import State

from .ecs import find, tasks_of

ZONES = ("a", "b")


def _tasks(state: State, context: Context, service: Any) -> list[dict[str, Any]]:
    known = moves(state, context.account, context.region, service.arn)
    desired = service.desired_count
    parts = {service.task_definition: range(desired)}
    if known and known[-1].status in FORWARD:
        old, new = tasks_of(known[-1], state.wall(), desired)
        # Each new task takes the place, and so the zone, of the old one that it replaces.
        parts = {known[-1].source: range(old), known[-1].target: range(desired - new, desired)}
    said = state.topic("health", context.account, context.region)
    return [_task(context, service, task, number, said) for task, part in parts.items() for number in part]


def _task(context: Context, service: Any, definition: str, number: int, said: dict[str, Any]) -> dict[str, Any]:
    name = uuid.uuid5(uuid.NAMESPACE_DNS, f"{service.arn} {definition} {number}").hex
    arn = context.arn(f"task/{service.cluster_name}/{name}")
    health = said.get(f"{service.arn} {arn}") or {}
    told = {"stoppedReason": health["Description"]} if health.get("Description") else {}
    return {
        "taskArn": arn,
        "clusterArn": service.cluster_arn,
        "taskDefinitionArn": definition,
        "availabilityZone": f"{context.region}{ZONES[number % len(ZONES)]}",
        "group": f"service:{service.name}",
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "healthStatus": health.get("State", "healthy").upper(),
        **told,
    }


@handles("ecs", "ListTasks")
def list_tasks(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The tasks of a service; without one, those that moto itself runs."""
    if not params.get("serviceName"):
        return context.forward()
    service = find(context, params.get("cluster"), params["serviceName"])
    return {"taskArns": [task["taskArn"] for task in _tasks(state, context, service)]}


@handles("ecs", "DescribeTasks")
def describe_tasks(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Tasks of services, and those that moto itself runs; others are failures."""
    services = list(backend("ecs", context.account, context.region).services.values())
    known = {task["taskArn"]: task for service in services for task in _tasks(state, context, service)}
    wanted = list(params["tasks"])
    if not any(arn in known for arn in wanted):
        return context.forward()
    missing = [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in known]
    return {"tasks": [known[arn] for arn in wanted if arn in known], "failures": missing}
