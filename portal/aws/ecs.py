"""ECS services with what their task definition and cluster say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map

DESCRIBE_AT_ONCE = 10  # the most that ecs:DescribeServices takes


@dataclass(frozen=True, kw_only=True)
class EcsService(AwsResource):
    """One service. `spot_share` is the weight of FARGATE_SPOT among its capacity providers, 0 to 1."""

    cluster: str
    launch_type: str
    fargate: bool
    spot_share: float
    desired: int
    minimum_healthy_percent: int | None
    circuit_breaker: bool
    rollback: bool
    deployment_controller: str
    load_balanced: bool
    service_connect: bool
    lattice: bool
    app_mesh: bool
    architecture: str
    container_insights: bool
    task_cpu: int = 0  # CPU units, 1024 for one vCPU; 0 when the task definition does not say
    task_memory_mb: int = 0


def services(account: str, region: str) -> list[EcsService]:
    """All services of all clusters of the account and region."""
    found: list[EcsService] = []
    with aws_errors("ecs:DescribeServices", account, region):
        client = reader(account, region, "ecs")
        definitions: dict[str, Mapping[str, Any]] = {}
        for cluster in pages(client, "list_clusters", "clusterArns"):
            arns = list(pages(client, "list_services", "serviceArns", cluster=cluster))
            insights = bool(arns) and _insights(client, str(cluster))
            for row in _describe(client, str(cluster), [str(arn) for arn in arns]):
                task = row.get("taskDefinition", "")
                if task and task not in definitions:
                    definitions[task] = client.describe_task_definition(taskDefinition=task)["taskDefinition"]
                found.append(_service(row, account, region, definitions.get(task, {}), insights))
    return found


def described(client: Any) -> Iterator[Mapping[str, Any]]:
    """The rows of DescribeServices of all clusters, as AWS gives them."""
    for cluster in pages(client, "list_clusters", "clusterArns"):
        arns = [str(arn) for arn in pages(client, "list_services", "serviceArns", cluster=cluster)]
        yield from _describe(client, str(cluster), arns)


def _describe(client: Any, cluster: str, arns: Sequence[str]) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for start in range(0, len(arns), DESCRIBE_AT_ONCE):
        part = list(arns[start : start + DESCRIBE_AT_ONCE])
        rows += client.describe_services(cluster=cluster, services=part, include=["TAGS"])["services"]
    return [row for row in rows if row.get("status") != "INACTIVE"]


def _insights(client: Any, cluster: str) -> bool:
    rows = client.describe_clusters(clusters=[cluster], include=["SETTINGS"])["clusters"]
    settings = {entry["name"]: entry["value"] for row in rows for entry in row.get("settings", [])}
    return settings.get("containerInsights") in {"enabled", "enhanced"}


def _spot_share(strategy: Sequence[Mapping[str, Any]]) -> float:
    total = sum(entry.get("weight", 0) for entry in strategy)
    spot = sum(entry.get("weight", 0) for entry in strategy if entry["capacityProvider"] == "FARGATE_SPOT")
    return round(spot / total, 3) if total else 0.0


def _service(row: Mapping[str, Any], account: str, region: str, task: Mapping[str, Any], insights: bool) -> EcsService:
    strategy = row.get("capacityProviderStrategy") or []
    configuration = row.get("deploymentConfiguration") or {}
    breaker = configuration.get("deploymentCircuitBreaker") or {}
    latest: Mapping[str, Any] = next(iter(row.get("deployments") or []), {})
    providers = {entry["capacityProvider"] for entry in strategy}
    return EcsService(
        name=row["serviceName"],
        arn=row["serviceArn"],
        account=account,
        region=region,
        tags=tag_map(row.get("tags")),
        cluster=row.get("clusterArn", "").split("/")[-1],
        launch_type=row.get("launchType", ""),
        fargate=row.get("launchType") == "FARGATE" or bool(providers & {"FARGATE", "FARGATE_SPOT"}),
        spot_share=_spot_share(strategy),
        desired=row.get("desiredCount", 0),
        minimum_healthy_percent=configuration.get("minimumHealthyPercent"),
        circuit_breaker=bool(breaker.get("enable")),
        rollback=bool(breaker.get("rollback")),
        deployment_controller=(row.get("deploymentController") or {}).get("type", "ECS"),
        load_balanced=bool(row.get("loadBalancers")),
        service_connect=bool((latest.get("serviceConnectConfiguration") or {}).get("enabled")),
        lattice=bool(latest.get("vpcLatticeConfigurations")),
        app_mesh=(task.get("proxyConfiguration") or {}).get("type") == "APPMESH",
        architecture=(task.get("runtimePlatform") or {}).get("cpuArchitecture", "X86_64"),
        container_insights=insights,
        task_cpu=int(task.get("cpu") or 0),
        task_memory_mb=int(task.get("memory") or 0),
    )
