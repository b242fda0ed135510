"""ECS services with what their task definition and cluster say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws.ecs_deployments import ServiceDeployment, newest
from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map
from portal.aws.scalable import Scaled, scaled

DESCRIBE_AT_ONCE = 10  # the most that ecs:DescribeServices takes


@dataclass(frozen=True, kw_only=True)
class EcsService(AwsResource):
    """One service. `spot_share` is the weight of FARGATE_SPOT among its capacity providers, 0 to 1.

    `strategy` is ROLLING, BLUE_GREEN, LINEAR or CANARY; `canary_percent` the share of its first step; `last_deployment`
    is None where there is none or it may not be read. What comes from the task definition or the cluster is None where
    that may not be read. `scales` where Application Auto Scaling moves the number of tasks.
    """

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
    app_mesh: bool | None
    architecture: str | None
    container_insights: bool | None
    running: int
    capacity_providers: tuple[str, ...]
    maximum_percent: int | None
    strategy: str
    canary_percent: float
    bake_minutes: int
    deployment_alarms: tuple[str, ...]
    rollout_state: str
    zone_rebalancing: bool
    target_groups: tuple[str, ...]
    last_deployment: ServiceDeployment | None
    task_cpu: int = 0  # CPU units, 1024 for one vCPU; 0 when the task definition does not say
    task_memory_mb: int = 0
    scales: bool | None = None


def services(account: str, region: str) -> list[EcsService]:
    """All services of all clusters of the account and region."""
    found: list[EcsService] = []
    with aws_errors("ecs:DescribeServices", account, region):
        details = _Details(reader(account, region, "ecs"), account, region)
        for cluster in pages(details.client, "list_clusters", "clusterArns"):
            arns = [str(arn) for arn in pages(details.client, "list_services", "serviceArns", cluster=cluster)]
            insights = details.insights(str(cluster)) if arns else None
            rows = _describe(details.client, str(cluster), arns)
            found += [_service(row, details, insights) for row in rows]
    return found


class _Details:
    """What needs calls of its own; a task definition that several services share is read once."""

    def __init__(self, client: Any, account: str, region: str) -> None:
        self.client, self.account, self.region = client, account, region
        self._tasks: dict[str, Mapping[str, Any] | None] = {}
        self._scaled: Scaled | None = None
        self._asked = False

    def insights(self, cluster: str) -> bool | None:
        """Whether Container Insights is on."""
        return detail("ecs:DescribeClusters", self.account, self.region, lambda: _insights(self.client, cluster))

    def scales(self, cluster: str, name: str) -> bool | None:
        """Whether the number of tasks follows the load; asked once for all services."""
        if not self._asked:
            self._scaled, self._asked = scaled(self.account, self.region, "ecs"), True
        wanted = (f"service/{cluster}/{name}", "ecs:service:DesiredCount")
        return None if self._scaled is None else wanted in self._scaled

    def task(self, arn: str) -> Mapping[str, Any] | None:
        """A task definition, {} for a service without one."""
        if arn and arn not in self._tasks:
            action = "ecs:DescribeTaskDefinition"
            self._tasks[arn] = detail(action, self.account, self.region, lambda: _task(self.client, arn))
        return self._tasks[arn] if arn else {}

    def deployment(self, row: Mapping[str, Any]) -> ServiceDeployment | None:
        """The newest rollout of a service that ECS itself rolls out."""
        if (row.get("deploymentController") or {}).get("type", "ECS") != "ECS":
            return None
        cluster, name = row.get("clusterArn", ""), row["serviceArn"]
        action = "ecs:DescribeServiceDeployments"
        return detail(action, self.account, self.region, lambda: newest(self.client, cluster, name))


def _task(client: Any, arn: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = client.describe_task_definition(taskDefinition=arn)["taskDefinition"]
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


def _service(row: Mapping[str, Any], details: _Details, insights: bool | None) -> EcsService:
    strategy = row.get("capacityProviderStrategy") or []
    latest: Mapping[str, Any] = next(iter(row.get("deployments") or []), {})
    providers = {entry["capacityProvider"] for entry in strategy}
    cluster = row.get("clusterArn", "").split("/")[-1]
    return EcsService(
        name=row["serviceName"],
        arn=row["serviceArn"],
        account=details.account,
        region=details.region,
        tags=tag_map(row.get("tags")),
        cluster=cluster,
        launch_type=row.get("launchType", ""),
        fargate=row.get("launchType") == "FARGATE" or bool(providers & {"FARGATE", "FARGATE_SPOT"}),
        spot_share=_spot_share(strategy),
        desired=row.get("desiredCount", 0),
        running=row.get("runningCount", 0),
        capacity_providers=tuple(sorted(providers)),
        deployment_controller=(row.get("deploymentController") or {}).get("type", "ECS"),
        load_balanced=bool(row.get("loadBalancers")),
        target_groups=tuple(sorted(entry.get("targetGroupArn") or "" for entry in row.get("loadBalancers") or [])),
        service_connect=bool((latest.get("serviceConnectConfiguration") or {}).get("enabled")),
        lattice=bool(latest.get("vpcLatticeConfigurations")),
        rollout_state=latest.get("rolloutState", ""),
        zone_rebalancing=row.get("availabilityZoneRebalancing") == "ENABLED",
        container_insights=insights,
        last_deployment=details.deployment(row),
        scales=details.scales(cluster, row["serviceName"]),
        **_rollout(row.get("deploymentConfiguration") or {}),
        **_from_task(details.task(row.get("taskDefinition", ""))),
    )


def _rollout(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """How ECS replaces the tasks."""
    breaker = configuration.get("deploymentCircuitBreaker") or {}
    alarms = configuration.get("alarms") or {}
    return {
        "minimum_healthy_percent": configuration.get("minimumHealthyPercent"),
        "maximum_percent": configuration.get("maximumPercent"),
        "circuit_breaker": bool(breaker.get("enable")),
        "rollback": bool(breaker.get("rollback")) or bool(alarms.get("enable") and alarms.get("rollback")),
        "strategy": configuration.get("strategy") or "ROLLING",
        "canary_percent": float((configuration.get("canaryConfiguration") or {}).get("canaryPercent") or 0),
        "bake_minutes": configuration.get("bakeTimeInMinutes") or 0,
        "deployment_alarms": tuple(sorted(alarms.get("alarmNames") or ())) if alarms.get("enable") else (),
    }


def _from_task(task: Mapping[str, Any] | None) -> dict[str, Any]:
    """What only the task definition says."""
    if task is None:
        return {"app_mesh": None, "architecture": None}
    return {
        "app_mesh": (task.get("proxyConfiguration") or {}).get("type") == "APPMESH",
        "architecture": (task.get("runtimePlatform") or {}).get("cpuArchitecture", "X86_64"),
        "task_cpu": int(task.get("cpu") or 0),
        "task_memory_mb": int(task.get("memory") or 0),
    }
