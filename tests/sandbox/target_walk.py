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
    _codedeploy(ask, client, wall)
    _configs(ask)
    _lattice(ask, client)
    _records(ask, client)


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


def _codedeploy(ask: Ask, client: Clients, wall: Wall) -> None:
    region, platform = "eu-west-1", {"applicationName": "shifted", "computePlatform": "ECS"}
    deploy, group = client("codedeploy"), {"applicationName": "shifted", "deploymentGroupName": "production"}
    deploy.create_application(**platform)
    ready = {"deploymentReadyOption": {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 5}}
    deploy.create_deployment_group(
        **group, serviceRoleArn="arn:aws:iam::111111111111:role/x", blueGreenDeploymentConfiguration=ready,
        ecsServices=[{"serviceName": "ledger", "clusterName": "ledger"}],
        deploymentConfigName="CodeDeployDefault.ECSAllAtOnce",
    )  # fmt: skip
    spec = {"revisionType": "AppSpecContent", "appSpecContent": {"content": "{}"}}
    made = ask("codedeploy", "CreateDeployment", region, **group, revision=spec)
    wall.move(20)
    assert ask("codedeploy", "GetDeployment", region, **made)["deploymentInfo"]["status"] == "Ready"
    ask("codedeploy", "ContinueDeployment", region, **made, deploymentWaitType="READY_WAIT")
    hook = {"lifecycleEventHookExecutionId": f"{made['deploymentId']}:AfterAllowTraffic", "status": "Failed"}
    ask("codedeploy", "PutLifecycleEventHookExecutionStatus", region, **made, **hook)
    assert ask("codedeploy", "GetDeployment", region, **made)["deploymentInfo"]["status"] == "Failed"


def _lattice(ask: Ask, client: Clients) -> None:
    lattice = client("vpc-lattice", "us-east-1")
    group = lattice.create_target_group(name="moved", type="LAMBDA")["id"]
    action = {"forward": {"targetGroups": [{"targetGroupIdentifier": group, "weight": 7}]}}
    where = {"serviceIdentifier": lattice.create_service(name="third", authType="NONE")["id"]}
    where["listenerIdentifier"] = lattice.create_listener(
        **where, name="https", protocol="HTTPS", defaultAction=action
    )["id"]
    assert ask("vpc-lattice", "UpdateListener", **where, defaultAction=action)["defaultAction"] == action
    match = {"httpMatch": {"method": "GET"}}
    rule = lattice.create_rule(**where, name="reads", priority=5, match=match, action=action)["id"]
    assert ask("vpc-lattice", "UpdateRule", **where, ruleIdentifier=rule, action=action)["action"] == action


def _records(ask: Ask, client: Clients) -> None:
    zone = client("route53", "us-east-1").create_hosted_zone(Name="walk.example.com", CallerReference="w")["HostedZone"]
    record = {"Name": "a.walk.example.com", "Type": "A", "SetIdentifier": "blue", "Weight": 5, "TTL": 30}
    record["ResourceRecords"] = [{"Value": "192.0.2.1"}]
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    made = ask("route53", "ChangeResourceRecordSets", HostedZoneId=zone["Id"], ChangeBatch=batch)["ChangeInfo"]
    assert ask("route53", "GetChange", Id=made["Id"])["ChangeInfo"]["Status"] == "PENDING"


def _configs(ask: Ask) -> None:
    hosts = {"type": "HOST_COUNT", "value": 1}
    zonal = {"monitorDurationInSeconds": 60, "minimumHealthyHostsPerZone": hosts}
    ask(
        "codedeploy",
        "CreateDeploymentConfig",
        deploymentConfigName="zonal",
        zonalConfig=zonal,
        minimumHealthyHosts=hosts,
    )
    found = ask("codedeploy", "GetDeploymentConfig", deploymentConfigName="zonal")["deploymentConfigInfo"]
    assert found["zonalConfig"] == zonal
    ask("codedeploy", "DeleteDeploymentConfig", deploymentConfigName="zonal")
    assert "zonal" not in ask("codedeploy", "ListDeploymentConfigs")["deploymentConfigsList"]
