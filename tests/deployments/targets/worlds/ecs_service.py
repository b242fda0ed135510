"""An ECS service of four tasks and three revisions of its task definition, rolled out by ECS itself."""

from __future__ import annotations

from typing import Any

from deployments.targets.ecs_service import ECS_SERVICE
from portal.sandbox.server import Sandbox

from .world import ACCOUNT, REGION, Clock, World, client, sick

BREAKER = {"enable": True, "rollback": True}
ROLLING = {"strategy": "ROLLING", "deploymentCircuitBreaker": BREAKER, "maximumPercent": 200}


def build(sandbox: Sandbox, clock: Clock, configuration: dict[str, Any] | None = None, **more: Any) -> World:
    """The service runs revision 1."""
    ecs = client("ecs")
    ecs.create_cluster(clusterName="shop")
    tasks = [
        ecs.register_task_definition(
            family="checkout", containerDefinitions=[{"name": "app", "image": f"checkout:{number}", "memory": 128}]
        )["taskDefinition"]["taskDefinitionArn"]
        for number in (1, 2, 3)
    ]
    where = {"cluster": "shop", "service": "checkout"}
    service = ecs.create_service(
        cluster="shop", serviceName="checkout", taskDefinition=tasks[0], desiredCount=4,
        deploymentConfiguration=configuration or ROLLING, **more,
    )["service"]["serviceArn"]  # fmt: skip
    clock.catch_up()

    def sicken(count: int) -> None:
        rows = ecs.describe_tasks(
            cluster="shop", tasks=ecs.list_tasks(cluster="shop", serviceName="checkout")["taskArns"]
        )["tasks"]
        names = [row["taskArn"] for row in rows if row["taskDefinitionArn"] == tasks[1]]
        sick(sandbox, service, names[:count])

    fact = {"name": "checkout", "arn": service, "account": ACCOUNT, "region": REGION, "cluster": "shop"}
    target = {"kind": ECS_SERVICE, "account": ACCOUNT, "region": REGION, "cluster": "shop", "ecs_service": "checkout"}
    return World(
        sandbox, clock, {**target, "canary": tasks[1]}, tasks[0],
        (("ecs", "UpdateService"), ("ecs", "StopServiceDeployment")),
        meddle=lambda: ecs.update_service(**where, taskDefinition=tasks[2]), sicken=sicken, has_hosts=True,
        facts={"aws.ecs": [{**fact, "deployment_controller": "ECS"}]},
    )  # fmt: skip
