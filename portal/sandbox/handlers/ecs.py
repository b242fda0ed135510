"""What moto drops from ECS services: the deployment configuration, the capacity providers, and tasks that run."""

from __future__ import annotations

from typing import Any

from portal.sandbox.registry import Context, handles
from portal.sandbox.state import State

KEPT = (
    "deploymentConfiguration",
    "capacityProviderStrategy",
    "loadBalancers",
    "serviceConnectConfiguration",
    "enableExecuteCommand",
)


def _remembered(state: State, context: Context) -> dict[str, Any]:
    return state.topic("ecs.services", context.account, context.region)


def _completed(service: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """The service with what was asked for at creation, and with all wanted tasks running."""
    strategy = kept.get("capacityProviderStrategy")
    if strategy:
        service.pop("launchType", None)
    service |= {name: value for name, value in kept.items() if name in KEPT and name != "serviceConnectConfiguration"}
    service |= {"runningCount": service.get("desiredCount", 0), "pendingCount": 0}
    for deployment in service.get("deployments", []):
        deployment |= {
            "taskDefinition": service["taskDefinition"],
            "rolloutState": "COMPLETED",
            "rolloutStateReason": "ECS deployment completed.",
        }
        deployment |= {
            "desiredCount": service["desiredCount"],
            "runningCount": service["desiredCount"],
            "pendingCount": 0,
            "platformFamily": "Linux",
        }
        if strategy:
            deployment.pop("launchType", None)
            deployment["capacityProviderStrategy"] = strategy
        if "serviceConnectConfiguration" in kept:
            deployment["serviceConnectConfiguration"] = kept["serviceConnectConfiguration"]
    return service


@handles("ecs", "CreateService", "UpdateService")
def write_service(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Let moto write the service, and remember what it would forget."""
    answer = context.forward()
    kept = _remembered(state, context).setdefault(answer["service"]["serviceArn"], {})
    kept |= {name: params[name] for name in KEPT if name in params}
    return {"service": _completed(answer["service"], kept)}


@handles("ecs", "DescribeServices")
def describe_services(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's services, completed."""
    answer = context.forward()
    kept = _remembered(state, context)
    return {
        **answer,
        "services": [_completed(service, kept.get(service["serviceArn"], {})) for service in answer["services"]],
    }
