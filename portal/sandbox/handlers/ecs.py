"""What moto drops from ECS services: the deployment configuration, the capacity providers, and deployments that move."""

from __future__ import annotations

from typing import Any

from portal.sandbox import ecs_deployments, ecs_stops
from portal.sandbox.backends import backend
from portal.sandbox.ecs_deployments import RUNNING, Move
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

KEPT = (
    "deploymentConfiguration",
    "capacityProviderStrategy",
    "loadBalancers",
    "serviceConnectConfiguration",
    "enableExecuteCommand",
    "availabilityZoneRebalancing",
)


def remembered(state: State, context: Context) -> dict[str, Any]:
    """What was asked for at creation, by service ARN."""
    return state.topic("ecs.services", context.account, context.region)


def find(context: Context, cluster: str | None, name: str) -> Any:
    """moto's own record of a service; refused where there is none."""
    short = str(cluster or "default").rpartition("/")[2]
    for one in backend("ecs", context.account, context.region).services.values():
        if one.cluster_name == short and name.rpartition("/")[2] == one.name:
            return one
    raise Refused("ServiceNotFoundException", "Service not found.")


def completed(state: State, context: Context, service: dict[str, Any]) -> dict[str, Any]:
    """The service with what was asked for at creation, all wanted tasks running, and its deployments as of now."""
    kept = remembered(state, context).get(service["serviceArn"], {})
    if kept.get("capacityProviderStrategy"):
        service.pop("launchType", None)
    service |= {name: value for name, value in kept.items() if name in KEPT and name != "serviceConnectConfiguration"}
    known = ecs_deployments.moves(state, context.account, context.region, service["serviceArn"])
    record = find(context, service["clusterArn"], service["serviceName"])
    empty = ecs_stops.of(state, context.account, context.region, service["serviceArn"]).empty(state.wall())
    counts = {"runningCount": max(0, record.desired_count - empty), "pendingCount": min(empty, record.desired_count)}
    service |= {**counts, "taskDefinition": record.task_definition}
    last = known[-1] if known else None
    if service.get("deployments"):
        service["deployments"] = _deployments(state, service, kept, last)
    if last is not None and last.status in RUNNING:
        service["currentServiceDeployment"] = last.arn
    return service


def _deployments(
    state: State, service: dict[str, Any], kept: dict[str, Any], last: Move | None
) -> list[dict[str, Any]]:
    """PRIMARY is what ECS works towards; the other version is ACTIVE while it still has tasks."""
    first, desired = service["deployments"][0], service["desiredCount"]
    running = desired if last is None or last.status not in RUNNING else tasks_of(last, state.wall(), desired)[1]
    if last is not None and last.status.startswith("ROLLBACK"):
        running = desired
    moving = last is not None and last.status in RUNNING
    said = {
        "taskDefinition": service["taskDefinition"],
        "rolloutState": "IN_PROGRESS" if moving else "COMPLETED",
        "rolloutStateReason": f"ECS deployment {'in progress' if moving else 'completed'}.",
        "desiredCount": desired,
        "runningCount": running,
        "pendingCount": desired - running,
        "platformFamily": "Linux",
        "failedTasks": last.failures if last else 0,
    }
    if kept.get("capacityProviderStrategy"):
        first.pop("launchType", None)
        said["capacityProviderStrategy"] = kept["capacityProviderStrategy"]
    if "serviceConnectConfiguration" in kept:
        said["serviceConnectConfiguration"] = kept["serviceConnectConfiguration"]
    primary = {**first, **said}
    if not moving or last is None or last.status not in ecs_deployments.FORWARD:
        return [primary]
    old = tasks_of(last, state.wall(), desired)[0]
    active = {"id": f"{first['id']}0", "status": "ACTIVE", "taskDefinition": last.source, "runningCount": old}
    return [primary, {**primary, **active, "desiredCount": old, "pendingCount": 0, "rolloutState": "COMPLETED"}]


def tasks_of(move: Move, now: float, desired: int) -> tuple[int, int]:
    """(tasks of the old version, tasks of the new one) while a deployment moves forward."""
    if move.failures:
        return desired, 0
    if move.configuration.get("strategy", "ROLLING") == "ROLLING":
        new = round(desired * move.share(now))
        return desired - new, new
    found = move.position(now)
    return (0 if found.done else desired), (desired if found.scaled else 0)


@handles("ecs", "CreateService")
def create_service(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Let moto write the service, and remember what it would forget."""
    answer = context.forward()
    kept = remembered(state, context).setdefault(answer["service"]["serviceArn"], {})
    kept |= {name: params[name] for name in KEPT if name in params}
    return {"service": completed(state, context, answer["service"])}


@handles("ecs", "UpdateService")
def update_service(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The same; another task definition, or force, begins a service deployment."""
    record = find(context, params.get("cluster"), params["service"])
    source = record.task_definition
    answer = context.forward()
    kept = remembered(state, context).setdefault(record.arn, {})
    kept |= {name: params[name] for name in KEPT if name in params}
    if record.task_definition != source or params.get("forceNewDeployment"):
        configuration = kept.get("deploymentConfiguration") or {}
        ecs_deployments.begin(state, context.account, context.region, record, source, configuration)
    return {"service": completed(state, context, answer["service"])}


@handles("ecs", "DescribeServices")
def describe_services(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's services, completed."""
    answer = context.forward()
    return {**answer, "services": [completed(state, context, service) for service in answer["services"]]}
