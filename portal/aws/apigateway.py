"""API Gateway: REST APIs with their stages, and HTTP and WebSocket APIs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    canaries. `functions` are the names of the functions that it calls, `open_methods` the methods of a REST API without
    any authorisation.
    """

    api_id: str
    protocol: str
    endpoint_types: tuple[str, ...]
    private: bool
    vpc_endpoints: tuple[str, ...]
    tracing: bool
    stages: Sequence[Stage]
    canary_percent: float
    functions: tuple[str, ...] = ()
    open_methods: tuple[str, ...] = ()


def apis(account: str, region: str) -> list[Api]:
    """All REST APIs of the account and region, two more calls each for stages and methods."""
    with aws_errors("apigateway:GET", account, region):
        client = reader(account, region, "apigateway")
        return [
            _rest_api(client, row, client.get_stages(restApiId=row["id"]).get("item") or [], account, region)
            for row in pages(client, "get_rest_apis", "items")
        ]


def http_apis(account: str, region: str) -> list[Api]:
    """All HTTP and WebSocket APIs of the account and region, two more calls each for stages and integrations."""
    with aws_errors("apigateway:GET", account, region):
        client = reader(account, region, "apigatewayv2")
        return [_http_api(client, row, account, region) for row in pages(client, "get_apis", "Items")]


def _called(uris: Iterable[str | None]) -> tuple[str, ...]:
    """Function names in integration URIs, which hold an ARN with or without an alias."""
    names = {uri.partition(":function:")[2].partition("/")[0].partition(":")[0] for uri in uris if uri}
    return tuple(sorted(names - {""}))


def _methods(client: Any, api: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Every method of a REST API as (GET /path, its description)."""
    rows = pages(client, "get_resources", "items", restApiId=api, embed=["methods"])
    return [
        (f"{verb} {row['path']}", method) for row in rows for verb, method in (row.get("resourceMethods") or {}).items()
    ]


def _http_api(client: Any, row: Mapping[str, Any], account: str, region: str) -> Api:
    api = row["ApiId"]
    deployed = tuple(
        Stage(stage["StageName"], False, False, 0.0, bool(stage.get("AccessLogSettings")))
        for stage in pages(client, "get_stages", "Items", ApiId=api)
    )
    return Api(
        name=row["Name"],
        arn=f"arn:aws:apigateway:{region}::/apis/{api}",
        account=account,
        region=region,
        tags=dict(row.get("Tags") or {}),
        api_id=api,
        protocol=row.get("ProtocolType", "HTTP"),
        endpoint_types=("REGIONAL",),
        private=False,
        vpc_endpoints=(),
        tracing=False,
        stages=deployed,
        canary_percent=0.0,
        functions=_called(
            entry.get("IntegrationUri") for entry in pages(client, "get_integrations", "Items", ApiId=api)
        ),
    )


def _rest_api(
    client: Any, row: Mapping[str, Any], stages: Sequence[Mapping[str, Any]], account: str, region: str
) -> Api:
    endpoint = row.get("endpointConfiguration") or {}
    kinds = tuple(endpoint.get("types") or [])
    methods = _methods(client, row["id"])
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
        functions=_called((method.get("methodIntegration") or {}).get("uri") for _, method in methods),
        open_methods=tuple(
            sorted(name for name, method in methods if method.get("authorizationType", "NONE") == "NONE")
        ),
    )
