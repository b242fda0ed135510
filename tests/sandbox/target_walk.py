"""Every operation that moves traffic, once, for the test of shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.conftest import Clients, Wall

Ask = Callable[..., dict[str, Any]]


def walk(ask: Ask, client: Clients, wall: Wall) -> None:
    """Load balancers, then the others."""
    _balancers(ask, client)
    _ecs(ask, client, wall)


def _balancers(ask: Ask, client: Clients) -> None:
    elb = client("elbv2", "us-east-1")
    group = elb.describe_target_groups(Names=["search-api"])["TargetGroups"][0]["TargetGroupArn"]
    balancer = elb.describe_load_balancers(Names=["search-api"])["LoadBalancers"][0]["LoadBalancerArn"]
    listener = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
    forward = [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": group, "Weight": 5}]}}]
    assert ask("elbv2", "ModifyListener", ListenerArn=listener, DefaultActions=forward)["Listeners"]
    where = [{"Field": "path-pattern", "Values": ["/pay/*"]}]
    rule = elb.create_rule(ListenerArn=listener, Priority=5, Conditions=where, Actions=forward)["Rules"][0]["RuleArn"]
    assert ask("elbv2", "ModifyRule", RuleArn=rule, Actions=forward)["Rules"]


def _ecs(ask: Ask, client: Clients, wall: Wall) -> None:
    ecs, where = client("ecs"), {"cluster": "ledger", "service": "ledger"}
    ecs.register_task_definition(family="ledger", containerDefinitions=[{"name": "app", "image": "l:2", "memory": 64}])
    hook = {"targetType": "PAUSE", "lifecycleStages": ["PRODUCTION_TRAFFIC_SHIFT"]}
    configuration = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5, "lifecycleHooks": [hook]}
    region = "eu-west-1"
    ask("ecs", "UpdateService", region, **where, taskDefinition="ledger", deploymentConfiguration=configuration)
    wall.move(30)
    newest = ask("ecs", "ListServiceDeployments", region, **where)["serviceDeployments"][0]
    arn = {"serviceDeploymentArn": newest["serviceDeploymentArn"]}
    described = ask("ecs", "DescribeServiceDeployments", region, serviceDeploymentArns=list(arn.values()))
    assert described["serviceDeployments"][0]["lifecycleHookDetails"][0]["status"] == "AWAITING_ACTION"
    ask("ecs", "ContinueServiceDeployment", region, **arn, hookId="hook-0", action="CONTINUE")
    tasks = ask("ecs", "ListTasks", region, cluster="ledger", serviceName="ledger")["taskArns"]
    assert len(ask("ecs", "DescribeTasks", region, cluster="ledger", tasks=tasks)["tasks"]) == len(tasks)
    ask("ecs", "DescribeServices", region, cluster="ledger", services=["ledger"])
    ask("ecs", "StopServiceDeployment", region, **arn, stopType="ROLLBACK")
    described = ask("ecs", "DescribeServiceDeployments", region, serviceDeploymentArns=list(arn.values()))
    assert described["serviceDeployments"][0]["status"] == "ROLLBACK_IN_PROGRESS"
