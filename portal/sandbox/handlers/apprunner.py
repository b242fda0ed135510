"""App Runner, which moto lacks: services that run as soon as they are made, and their tags."""

from __future__ import annotations

import uuid
import zlib
from typing import Any

from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

TOPIC = "apprunner.services"
SUMMARY = ("ServiceName", "ServiceId", "ServiceArn", "ServiceUrl", "CreatedAt", "UpdatedAt", "Status")
DEFAULT_PAGE = 20


def _services(state: State, context: Context) -> dict[str, Any]:
    return state.topic(TOPIC, context.account, context.region)


def _service(state: State, arn: str, context: Context) -> dict[str, Any]:
    found: dict[str, Any] | None = _services(state, context).get(arn)
    if found is None:
        raise Refused("ResourceNotFoundException", f"Service with the provided ARN does not exist: {arn}")
    return found


def _described(service: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in service.items() if key != "Tags"}


@handles("apprunner", "CreateService")
def create_service(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """A service with the defaults of AWS: public, one vCPU, a TCP check. One of each name."""
    name = params["ServiceName"]
    if any(one["ServiceName"] == name for one in _services(state, context).values()):
        raise Refused("InvalidRequestException", f"Service with the provided name already exists: {name}.")
    identifier = uuid.UUID(int=zlib.crc32(f"{context.account} {context.region} {name}".encode()) << 96).hex
    arn, now = context.arn(f"service/{name}/{identifier}"), state.now()
    network = params.get("NetworkConfiguration") or {}
    service = {
        "ServiceName": name,
        "ServiceId": identifier,
        "ServiceArn": arn,
        "ServiceUrl": f"{identifier[:10]}.{context.region}.awsapprunner.com",
        "CreatedAt": now,
        "UpdatedAt": now,
        "Status": "RUNNING",
        "SourceConfiguration": params["SourceConfiguration"],
        "InstanceConfiguration": {"Cpu": "1024", "Memory": "2048", **(params.get("InstanceConfiguration") or {})},
        "HealthCheckConfiguration": params.get("HealthCheckConfiguration") or {"Protocol": "TCP", "Path": "/"},
        "AutoScalingConfigurationSummary": {
            "AutoScalingConfigurationArn": context.arn("autoscalingconfiguration/DefaultConfiguration/1"),
            "AutoScalingConfigurationName": "DefaultConfiguration",
            "AutoScalingConfigurationRevision": 1,
        },
        "NetworkConfiguration": {
            "EgressConfiguration": network.get("EgressConfiguration") or {"EgressType": "DEFAULT"},
            "IngressConfiguration": network.get("IngressConfiguration") or {"IsPubliclyAccessible": True},
            "IpAddressType": "IPV4",
        },
        "ObservabilityConfiguration": params.get("ObservabilityConfiguration") or {"ObservabilityEnabled": False},
        "Tags": params.get("Tags") or [],
    }
    _services(state, context)[arn] = service
    return {"Service": _described(service), "OperationId": identifier}


@handles("apprunner", "ListServices")
def list_services(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Summaries by ARN; the token is the last ARN of the page before."""
    size, after = int(params.get("MaxResults") or DEFAULT_PAGE), params.get("NextToken") or ""
    arns = [arn for arn in sorted(_services(state, context)) if arn > after]
    page = [_services(state, context)[arn] for arn in arns[:size]]
    answer: dict[str, Any] = {"ServiceSummaryList": [{key: one[key] for key in SUMMARY} for one in page]}
    return {**answer, "NextToken": arns[size - 1]} if len(arns) > size else answer


@handles("apprunner", "DescribeService")
def describe_service(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One service in full."""
    return {"Service": _described(_service(state, params["ServiceArn"], context))}


@handles("apprunner", "ListTagsForResource")
def list_tags_for_resource(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The tags of one service."""
    return {"Tags": _service(state, params["ResourceArn"], context)["Tags"]}
