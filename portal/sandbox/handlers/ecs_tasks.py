"""The tasks of ECS services, which moto never starts: one for each that is wanted, spread over two zones.

A task that is stopped leaves its place empty for a while, then another runs there.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from portal.sandbox import ecs_stops
from portal.sandbox.backends import backend
from portal.sandbox.ecs_deployments import FORWARD, moves
from portal.sandbox.ecs_stops import Place
from portal.sandbox.registry import Context, handles
from portal.sandbox.state import State

from .ecs import find, tasks_of

ZONES = ("a", "b")


def _running(state: State, context: Context, service: Any) -> dict[Place, dict[str, Any]]:
    """The tasks of a service by the place in which they run."""
    known = moves(state, context.account, context.region, service.arn)
    desired = service.desired_count
    parts = {service.task_definition: range(desired)}
    if known and known[-1].status in FORWARD:
        old, new = tasks_of(known[-1], state.wall(), desired)
        # Each new task takes the place, and so the zone, of the old one that it replaces.
        parts = {known[-1].source: range(old), known[-1].target: range(desired - new, desired)}
    said = state.topic("health", context.account, context.region)
    stops, found = ecs_stops.of(state, context.account, context.region, service.arn), {}
    for place in ((definition, number) for definition, part in parts.items() for number in part):
        generation = stops.generation(place, state.wall())
        if generation is not None:
            found[place] = _task(context, service, place, generation, said)
    return found


def _task(context: Context, service: Any, place: Place, generation: int, said: dict[str, Any]) -> dict[str, Any]:
    definition, number = place
    seed = f"{service.arn} {definition} {number}" + (f" {generation}" if generation else "")
    name = uuid.uuid5(uuid.NAMESPACE_DNS, seed).hex
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
    return {"taskArns": [task["taskArn"] for task in _running(state, context, service).values()]}


@handles("ecs", "DescribeTasks")
def describe_tasks(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Tasks of services, and those that moto itself runs; others are failures."""
    services = list(backend("ecs", context.account, context.region).services.values())
    known = {task["taskArn"]: task for service in services for task in _running(state, context, service).values()}
    known |= ecs_stops.stopped(state, context.account, context.region)
    wanted = list(params["tasks"])
    if not any(arn in known for arn in wanted):
        return context.forward()
    missing = [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in known]
    return {"tasks": [known[arn] for arn in wanted if arn in known], "failures": missing}


@handles("ecs", "StopTask")
def stop_task(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """A task of a service stops at once and leaves its place empty for a while; others are moto's."""
    wanted = str(params["task"]).rpartition("/")[2]
    for arn, task in ecs_stops.stopped(state, context.account, context.region).items():
        if arn.rpartition("/")[2] == wanted:
            return {"task": task}
    for service in backend("ecs", context.account, context.region).services.values():
        for place, task in _running(state, context, service).items():
            if task["taskArn"].rpartition("/")[2] == wanted:
                task |= _gone(state, params.get("reason") or "Task stopped by user")
                stops = ecs_stops.of(state, context.account, context.region, service.arn)
                stops.stop(place, task, state.wall())
                return {"task": task}
    return context.forward()


def _gone(state: State, reason: str) -> dict[str, Any]:
    moment = datetime.fromtimestamp(state.wall(), UTC)
    said = {"lastStatus": "STOPPED", "desiredStatus": "STOPPED", "healthStatus": "UNKNOWN"}
    return {**said, "stopCode": "UserInitiated", "stoppedReason": reason, "stoppedAt": moment}
