"""API Gateway: REST APIs with their stages, and HTTP and WebSocket APIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True)
class Stage:
    """A deployed stage; `canary_percent` is the share of its traffic on the canary, 0 to 100."""

    name: str
    tracing: bool
    cache: bool
    canary_percent: float
    access_logs: bool


@dataclass(frozen=True, kw_only=True)
class Api(AwsResource):
    """One API: `protocol` is REST, HTTP or WEBSOCKET; `private` when only VPC endpoints reach it.

    `canary_percent` is the largest canary share among its stages. HTTP and WebSocket APIs have neither tracing nor
    canaries.
    """

    api_id: str
    protocol: str
    endpoint_types: tuple[str, ...]
    private: bool
    vpc_endpoints: tuple[str, ...]
    tracing: bool
    stages: Sequence[Stage]
    canary_percent: float


def apis(account: str, region: str) -> list[Api]:
    """All REST APIs of the account and region, one more call each for the stages."""
    with aws_errors("apigateway:GET", account, region):
        client = reader(account, region, "apigateway")
        return [
            _rest_api(row, client.get_stages(restApiId=row["id"]).get("item") or [], account, region)
            for row in pages(client, "get_rest_apis", "items")
        ]


def http_apis(account: str, region: str) -> list[Api]:
    """All HTTP and WebSocket APIs of the account and region, one more call each for the stages."""
    with aws_errors("apigateway:GET", account, region):
        client = reader(account, region, "apigatewayv2")
        return [
            _http_api(row, list(pages(client, "get_stages", "Items", ApiId=row["ApiId"])), account, region)
            for row in pages(client, "get_apis", "Items")
        ]


def _http_api(row: Mapping[str, Any], stages: Sequence[Mapping[str, Any]], account: str, region: str) -> Api:
    deployed = tuple(
        Stage(stage["StageName"], False, False, 0.0, bool(stage.get("AccessLogSettings"))) for stage in stages
    )
    return Api(
        name=row["Name"],
        arn=f"arn:aws:apigateway:{region}::/apis/{row['ApiId']}",
        account=account,
        region=region,
        tags=dict(row.get("Tags") or {}),
        api_id=row["ApiId"],
        protocol=row.get("ProtocolType", "HTTP"),
        endpoint_types=("REGIONAL",),
        private=False,
        vpc_endpoints=(),
        tracing=False,
        stages=deployed,
        canary_percent=0.0,
    )


def _rest_api(row: Mapping[str, Any], stages: Sequence[Mapping[str, Any]], account: str, region: str) -> Api:
    endpoint = row.get("endpointConfiguration") or {}
    kinds = tuple(endpoint.get("types") or [])
    deployed = tuple(
        Stage(
            stage["stageName"],
            bool(stage.get("tracingEnabled")),
            bool(stage.get("cacheClusterEnabled")),
            float((stage.get("canarySettings") or {}).get("percentTraffic") or 0),
            bool(stage.get("accessLogSettings")),
        )
        for stage in stages
    )
    return Api(
        name=row["name"],
        arn=f"arn:aws:apigateway:{region}::/restapis/{row['id']}",
        account=account,
        region=region,
        tags=dict(row.get("tags") or {}),
        api_id=row["id"],
        protocol="REST",
        endpoint_types=kinds,
        private="PRIVATE" in kinds,
        vpc_endpoints=tuple(endpoint.get("vpcEndpointIds") or []),
        tracing=bool(deployed) and all(stage.tracing for stage in deployed),
        stages=deployed,
        canary_percent=max((stage.canary_percent for stage in deployed), default=0.0),
    )
