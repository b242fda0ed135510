"""App Mesh: routes, virtual nodes and who may call whom. AWS ended its support on 30 September 2026."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.mesh import Member, Mesh, Route, Target, Traffic, shares
from portal.aws.paging import pages
from portal.aws.resource import reader, tag_map

TUNABLE = ("weights", "retries", "timeouts", "outlier", "tls")
HTTP = ("httpRoute", "http2Route", "grpcRoute")
# Names under which a function or a REST API answers: nothing of theirs can run an Envoy proxy.
SERVERLESS_NAMES = (".lambda-url.", ".execute-api.")
UNMEASURED = "App Mesh publishes no latency to CloudWatch: Envoy has it, where something collects it."


def meshes(account: str, region: str) -> list[Mesh]:
    """All meshes of the account and region with their routes and nodes."""
    with aws_errors("appmesh:DescribeMesh", account, region):
        client = reader(account, region, "appmesh")
        return [_mesh(client, row, account, region) for row in pages(client, "list_meshes", "meshes")]


def _mesh(client: Any, row: Mapping[str, Any], account: str, region: str) -> Mesh:
    name = str(row["meshName"])
    nodes = _nodes(client, name)
    routes = tuple(sorted(_routes(client, name, _callers(client, name, nodes)), key=lambda route: route.name))
    members = tuple(_member(node, spec) for node, spec in sorted(nodes.items()))
    return Mesh(
        name=name,
        arn=row["arn"],
        account=account,
        region=region,
        tags=tag_map(client.list_tags_for_resource(resourceArn=row["arn"]).get("tags")),
        technology="App Mesh",
        supported=False,
        network=name,
        dns="",
        routes=routes,
        members=members,
        tunable=TUNABLE,
        routes_without_retry=tuple(one.name for one in routes if one.retries is None and one.protocol != "tcp"),
        routes_without_timeout=tuple(one.name for one in routes if one.timeout_ms is None and one.protocol != "tcp"),
        members_without_outlier=tuple(one.name for one in members if not one.outlier and one.kind == "node"),
        encrypted=bool(members) and all(one.tls == "on" for one in members if one.kind == "node"),
        authenticated=bool(nodes) and all(_validates(spec) for spec in nodes.values()),
        access_logs=bool(nodes) and all((spec.get("logging") or {}).get("accessLog") for spec in nodes.values()),
        misfits=tuple(one.name for one in members if one.kind == "lambda"),
        traffic=Traffic(reason=UNMEASURED),
    )


def _nodes(client: Any, mesh: str) -> dict[str, Mapping[str, Any]]:
    """Virtual node name → its spec."""
    names = [row["virtualNodeName"] for row in pages(client, "list_virtual_nodes", "virtualNodes", meshName=mesh)]
    return {
        name: client.describe_virtual_node(meshName=mesh, virtualNodeName=name)["virtualNode"]["spec"] for name in names
    }


def _callers(client: Any, mesh: str, nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Router name → the nodes that name one of its virtual services among their backends."""
    found: dict[str, set[str]] = {}
    for row in pages(client, "list_virtual_services", "virtualServices", meshName=mesh):
        where = {"meshName": mesh, "virtualServiceName": row["virtualServiceName"]}
        provider = client.describe_virtual_service(**where)["virtualService"]["spec"].get("provider") or {}
        router = (provider.get("virtualRouter") or {}).get("virtualRouterName", "")
        found.setdefault(router, set()).update(
            node
            for node, spec in nodes.items()
            for backend in spec.get("backends") or ()
            if (backend.get("virtualService") or {}).get("virtualServiceName") == row["virtualServiceName"]
        )
    return {router: tuple(sorted(names)) for router, names in found.items()}


def _routes(client: Any, mesh: str, callers: Mapping[str, tuple[str, ...]]) -> list[Route]:
    found: list[Route] = []
    for row in pages(client, "list_virtual_routers", "virtualRouters", meshName=mesh):
        router = str(row["virtualRouterName"])
        where = {"meshName": mesh, "virtualRouterName": router}
        for listed in pages(client, "list_routes", "routes", **where):
            spec = client.describe_route(routeName=listed["routeName"], **where)["route"]["spec"]
            found.append(_route(str(listed["routeName"]), spec, callers.get(router, ())))
    return found


def _route(name: str, spec: Mapping[str, Any], callers: tuple[str, ...]) -> Route:
    kind = next((kind for kind in (*HTTP, "tcpRoute") if spec.get(kind)), "tcpRoute")
    rule: Mapping[str, Any] = spec.get(kind) or {}
    targets: Sequence[Mapping[str, Any]] = (rule.get("action") or {}).get("weightedTargets") or ()
    split = shares([target.get("weight", 0) for target in targets])
    retry, timeout = rule.get("retryPolicy") or {}, rule.get("timeout") or {}
    events = (*(retry.get("httpRetryEvents") or ()), *(retry.get("grpcRetryEvents") or ()))
    return Route(
        name=name,
        protocol=kind.removesuffix("Route"),
        match=_match(rule.get("match") or {}),
        targets=tuple(
            Target(target["virtualNode"], "node", target.get("weight", 0), share)
            for target, share in zip(targets, split, strict=True)
        ),
        callers=callers,
        retries=retry.get("maxRetries"),
        retry_on=(*events, *(retry.get("tcpRetryEvents") or ())),
        timeout_ms=_ms(timeout.get("perRequest")),
        idle_timeout_ms=_ms(timeout.get("idle")),
    )


def _match(match: Mapping[str, Any]) -> str:
    where = match.get("prefix") or (match.get("path") or {}).get("exact") or match.get("serviceName") or "everything"
    return f"{match['method']} {where}" if match.get("method") else str(where)


def _ms(duration: Mapping[str, Any] | None) -> int | None:
    if not duration:
        return None
    return int(duration["value"]) * (1000 if duration.get("unit") == "s" else 1)


def _member(name: str, spec: Mapping[str, Any]) -> Member:
    found = spec.get("serviceDiscovery") or {}
    address = (found.get("dns") or {}).get("hostname") or (found.get("awsCloudMap") or {}).get("serviceName") or ""
    if any(part in address for part in SERVERLESS_NAMES):
        return Member(name, "lambda", address, "off", "")
    listeners: Sequence[Mapping[str, Any]] = spec.get("listeners") or ()
    modes = {(one.get("tls") or {}).get("mode", "DISABLED") for one in listeners}
    tls = "on" if modes == {"STRICT"} else "permissive" if "PERMISSIVE" in modes else "off"
    return Member(name, "node", address, tls, _outlier([one.get("outlierDetection") or {} for one in listeners]))


def _outlier(rules: Sequence[Mapping[str, Any]]) -> str:
    if not rules or not all(rules):
        return ""
    first = rules[0]
    every, out = _ms(first["interval"]) or 0, _ms(first["baseEjectionDuration"]) or 0
    return f"out for {out // 1000} s after {first['maxServerErrors']} errors in {every // 1000} s"


def _validates(spec: Mapping[str, Any]) -> bool:
    """Whether every listener asks the caller for a certificate."""
    listeners: Sequence[Mapping[str, Any]] = spec.get("listeners") or ()
    return bool(listeners) and all((one.get("tls") or {}).get("validation") for one in listeners)
