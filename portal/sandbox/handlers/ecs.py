"""What moto drops from ECS services: the deployment configuration, the capacity providers, and tasks that run."""

from __future__ import annotations

from typing import Any

from portal.sandbox.backends import backend
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
NATIVE = "ECS"
"""The deployment controller of services that ECS itself rolls out; only those have service deployments."""


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


def _deployment_arn(service: dict[str, Any]) -> str:
    """One deployment for each task definition that the service has: its revision number is part of the name."""
    revision = service["taskDefinition"].rpartition(":")[2]
    return str(service["serviceArn"]).replace(":service/", ":service-deployment/") + f"/{revision}"


def _services(context: Context) -> list[Any]:
    return list(backend("ecs", context.account, context.region).services.values())


def _summary(service: dict[str, Any]) -> dict[str, Any]:
    made = service["deployments"][0]["createdAt"]
    return {
        "serviceDeploymentArn": _deployment_arn(service),
        "serviceArn": service["serviceArn"],
        "clusterArn": service["clusterArn"],
        "createdAt": made,
        "startedAt": made,
        "finishedAt": made,
        "status": "SUCCESSFUL",
    }


def _as_described(state: State, context: Context) -> list[dict[str, Any]]:
    """Every service that ECS rolls out, as DescribeServices would show it."""
    kept = _remembered(state, context)
    found = []
    for service in _services(context):
        if (service.deployment_controller or {}).get("type", NATIVE) != NATIVE or service.status != "ACTIVE":
            continue
        shown = {
            "serviceArn": service.arn,
            "serviceName": service.name,
            "clusterArn": service.cluster_arn,
            "taskDefinition": service.task_definition,
            "desiredCount": service.desired_count,
            "deployments": [{"createdAt": service.deployments[0]["createdAt"]}],
        }
        found.append(_completed(shown, kept.get(service.arn, {})))
    return found


@handles("ecs", "ListServiceDeployments")
def list_service_deployments(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The one deployment that put the present task definition into service."""
    wanted = str(params["service"])
    for service in _as_described(state, context):
        if wanted in (service["serviceArn"], service["serviceName"]):
            statuses = params.get("status") or ["SUCCESSFUL"]
            return {"serviceDeployments": [_summary(service)] if "SUCCESSFUL" in statuses else []}
    raise Refused("ServiceNotFoundException", "Service not found.")


@handles("ecs", "DescribeServiceDeployments")
def describe_service_deployments(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Deployments in full; an unknown ARN is a failure, as in AWS."""
    known = {_deployment_arn(service): service for service in _as_described(state, context)}
    arns = list(params["serviceDeploymentArns"])
    found = []
    for service in (known[arn] for arn in arns if arn in known):
        configuration = service.get("deploymentConfiguration") or {}
        breaker = configuration.get("deploymentCircuitBreaker") or {}
        alarms = configuration.get("alarms") or {}
        full = {**_summary(service), "lifecycleStage": "CLEAN_UP", "deploymentConfiguration": configuration}
        full["deploymentCircuitBreaker"] = {
            "status": "MONITORING_COMPLETE" if breaker.get("enable") else "DISABLED",
            "failureCount": 0,
            "threshold": 10,
        }
        full["alarms"] = {
            "status": "MONITORING_COMPLETE" if alarms.get("enable") else "DISABLED",
            "alarmNames": list(alarms.get("alarmNames") or []),
            "triggeredAlarmNames": [],
        }
        found.append(full)
    failures = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known]
    return {"serviceDeployments": found, "failures": failures}
