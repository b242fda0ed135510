"""Services of ECS."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage


def tasks(
    stage: Stage, *, count: int = 2, breaker: bool = True, insights: bool = True, cpu: str = "ARM64", spot: int = 0,
    floor: int = 100, scales: bool = True, **settings: Any,
) -> None:  # fmt: skip
    """A Fargate service with nothing to object to; `spot` is the weight of FARGATE_SPOT against 1 of FARGATE.

    `floor` is the share of the tasks, in percent, below which no deployment may go.
    """
    ecs, tags = stage.client("ecs"), stage.listed("key", "value")
    wanted = [{"name": "containerInsights", "value": "enabled" if insights else "disabled"}]
    ecs.create_cluster(clusterName=stage.name, settings=wanted, tags=tags)
    ecs.register_task_definition(
        family=stage.name, requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="512",
        runtimePlatform={"cpuArchitecture": cpu, "operatingSystemFamily": "LINUX"}, tags=tags,
        containerDefinitions=[{"name": "web", "image": f"{stage.name}:1", "portMappings": [{"name": "web", "containerPort": 8080}]}],
    )  # fmt: skip
    capacity = [{"capacityProvider": "FARGATE", "weight": 1}]
    if spot:
        capacity.append({"capacityProvider": "FARGATE_SPOT", "weight": spot})
    rollout = {
        "maximumPercent": 200, "minimumHealthyPercent": floor,
        "deploymentCircuitBreaker": {"enable": breaker, "rollback": breaker},
    }  # fmt: skip
    network = {"subnets": list(stage.network.private), "securityGroups": [stage.network.group]}
    ecs.create_service(**{
        "cluster": stage.name, "serviceName": stage.name, "taskDefinition": stage.name, "desiredCount": count,
        "capacityProviderStrategy": capacity, "deploymentConfiguration": rollout, "networkConfiguration": {"awsvpcConfiguration": network},
        "tags": tags, **settings,
    })  # fmt: skip
    if scales:
        stage.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="ecs", ResourceId=f"service/{stage.name}/{stage.name}",
            ScalableDimension="ecs:service:DesiredCount", MinCapacity=count, MaxCapacity=3 * count,
        )  # fmt: skip


@passes(
    "services.ecs-circuit-breaker", "services.container-insights", "services.ecs-two-tasks", "services.ecs-arm",
    "services.ecs-full-strength", "services.ecs-scales",
)  # fmt: skip
def tasks_kept_well(stage: Stage) -> None:
    tasks(stage)


@passes("services.ecs-circuit-breaker")
def tasks_that_codedeploy_deploys(stage: Stage) -> None:
    tasks(stage, breaker=False, deploymentController={"type": "CODE_DEPLOY"})


@fails("services.ecs-circuit-breaker")
def tasks_that_go_on_failing(stage: Stage) -> None:
    tasks(stage, breaker=False)


@fails("services.container-insights")
def tasks_without_insights(stage: Stage) -> None:
    tasks(stage, insights=False)


@fails("services.ecs-two-tasks")
def tasks_of_one(stage: Stage) -> None:
    tasks(stage, count=1)


@fails("services.ecs-arm")
def tasks_on_x86(stage: Stage) -> None:
    tasks(stage, cpu="X86_64")


@passes("services.spot-tasks")
def worker_on_spot(stage: Stage) -> None:
    stage.describe(type="worker")
    tasks(stage, spot=3)


@fails("services.spot-tasks")
def worker_on_demand(stage: Stage) -> None:
    stage.describe(type="worker")
    tasks(stage)


@fails("services.ecs-full-strength")
def tasks_that_a_deployment_halves(stage: Stage) -> None:
    tasks(stage, floor=50)


@fails("services.ecs-scales")
def tasks_of_a_fixed_number(stage: Stage) -> None:
    tasks(stage, scales=False)
