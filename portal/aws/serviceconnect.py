"""ECS Service Connect: the names, timeouts and TLS of the services of a namespace.

Retries (2) and outlier detection are built into its proxy and cannot be set: Amazon ECS Developer Guide, "Service
Connect concepts".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from portal.aws.ecs import described
from portal.aws.errors import aws_errors
from portal.aws.mesh import Member, Mesh, Route, Target
from portal.aws.mesh_traffic import connect_traffic
from portal.aws.resource import reader, tag_map

TUNABLE = ("timeouts", "tls")
RETRIES = 2
OUTLIER = "built in: 5 failures in 30 s, out for 30 to 300 s"


def services(account: str, region: str) -> list[Mesh]:
    """All ECS services that are in a Service Connect namespace, as servers or only as clients."""
    with aws_errors("ecs:DescribeServices", account, region):
        client = reader(account, region, "ecs")
        rows = [(row, config) for row in described(client) if (config := _config(row))]
        members: dict[str, set[str]] = defaultdict(set)
        for row, config in rows:
            members[_namespace(config)].add(row["serviceName"])
        return [_service(client, row, config, members, account, region) for row, config in rows]


def _config(row: Mapping[str, Any]) -> Mapping[str, Any]:
    latest: Mapping[str, Any] = next(iter(row.get("deployments") or []), {})
    config: Mapping[str, Any] = latest.get("serviceConnectConfiguration") or {}
    return config if config.get("enabled") else {}


def _namespace(config: Mapping[str, Any]) -> str:
    return str(config.get("namespace", "")).rpartition("/")[2]


def _service(
    client: Any, row: Mapping[str, Any], config: Mapping[str, Any], members: Mapping[str, set[str]],
    account: str, region: str,
) -> Mesh:  # fmt: skip
    name, namespace = str(row["serviceName"]), _namespace(config)
    offered = config.get("services") or []
    protocols = _protocols(client, row) if offered else {}
    callers = tuple(sorted(members[namespace] - {name}))
    routes = tuple(_routes(name, offered, protocols, callers))
    encrypted = bool(offered) and all(entry.get("tls") for entry in offered)
    return Mesh(
        name=name,
        arn=row["serviceArn"],
        account=account,
        region=region,
        tags=tag_map(row.get("tags")),
        technology="ECS Service Connect",
        supported=True,
        network=namespace,
        dns=_alias(offered[0]) if offered else "",
        routes=routes,
        members=(Member(name, "ecs", _alias(offered[0]) if offered else "", "on" if encrypted else "off", OUTLIER),),
        tunable=TUNABLE,
        routes_without_retry=(),
        routes_without_timeout=tuple(one.name for one in routes if not one.timeout_ms and one.protocol != "tcp"),
        members_without_outlier=(),
        encrypted=encrypted or not offered,
        authenticated=False,
        access_logs=bool(config.get("accessLogConfiguration")),
        misfits=(),
        traffic=connect_traffic(account, region, row, [route.name for route in routes]),
    )


def _protocols(client: Any, row: Mapping[str, Any]) -> dict[str, str]:
    """Port name → application protocol of the task definition; a port without one is plain TCP."""
    task = client.describe_task_definition(taskDefinition=row["taskDefinition"])["taskDefinition"]
    ports = [port for container in task["containerDefinitions"] for port in container.get("portMappings") or ()]
    return {port["name"]: port.get("appProtocol", "tcp") for port in ports if port.get("name")}


def _alias(entry: Mapping[str, Any]) -> str:
    aliases = entry.get("clientAliases") or []
    discovery = entry.get("discoveryName") or entry["portName"]
    return f"{aliases[0].get('dnsName') or discovery}:{aliases[0]['port']}" if aliases else str(discovery)


def _routes(
    name: str, offered: list[Mapping[str, Any]], protocols: Mapping[str, str], callers: tuple[str, ...]
) -> Iterator[Route]:
    for entry in offered:
        timeout = entry.get("timeout") or {}
        request, idle = timeout.get("perRequestTimeoutSeconds"), timeout.get("idleTimeoutSeconds")
        yield Route(
            name=str(entry.get("discoveryName") or entry["portName"]),
            protocol=protocols.get(entry["portName"], "tcp"),
            match=_alias(entry),
            targets=(Target(name, "ecs", 1, 1.0),),
            callers=callers,
            retries=RETRIES,
            timeout_ms=None if request is None else request * 1000,
            idle_timeout_ms=None if idle is None else idle * 1000,
        )
