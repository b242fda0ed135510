"""A CodeDeploy group of six hosts in two zones, or of a Lambda alias, on which one deployment has succeeded."""

from __future__ import annotations

import json
from typing import Any

from deployments.targets.codedeploy import CODEDEPLOY
from portal.sandbox.server import Sandbox

from .lambda_alias import function
from .network import network
from .world import ACCOUNT, REGION, Clock, World, client, post

GROUP = {"applicationName": "checkout", "deploymentGroupName": "production"}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
ROLLBACK = {"enabled": True, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]}


def build(sandbox: Sandbox, clock: Clock, config: str = "CodeDeployDefault.HalfAtATime", hosts: int = 6) -> World:
    """Hosts that run github:shop/checkout@aaaaaaa."""
    fleet(hosts)
    started = _group("Server", config, autoScalingGroups=["checkout"], autoRollbackConfiguration=ROLLBACK)
    names = [github(commit) for commit in ("aaaaaaa", "bbbbbbb", "ccccccc")]
    _first(clock, started, names[0])

    def sicken(count: int) -> None:
        fail(sandbox, [one["InstanceId"] for one in instances()[:count]])

    fact = {
        "name": "checkout/production",
        "arn": "arn",
        "account": ACCOUNT,
        "region": REGION,
        "application": "checkout",
    }
    target = {
        "kind": CODEDEPLOY,
        "account": ACCOUNT,
        "region": REGION,
        "application": "checkout",
        "group": "production",
    }
    target |= {"config": "", "canary": "github:shop/checkout@bbbbbbb", "revision": names[1]}
    return World(
        sandbox, clock, target, "github:shop/checkout@aaaaaaa",
        (("codedeploy", "CreateDeployment"), ("codedeploy", "StopDeployment")),
        meddle=lambda: _first(clock, started, names[2]), sicken=sicken, has_hosts=True, facts={"aws.codedeploy": [fact]},
        missing={"group": "nowhere"},
    )  # fmt: skip


def build_lambda(
    sandbox: Sandbox, clock: Clock, config: str = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
) -> World:
    """An alias that serves version 1 since the last deployment."""
    functions = function()
    functions.create_alias(FunctionName="checkout", Name="live", FunctionVersion="1")
    style = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
    started = _group("Lambda", config, deploymentStyle=style, autoRollbackConfiguration=ROLLBACK)
    _first(clock, started, appspec("1"), "CodeDeployDefault.LambdaAllAtOnce")
    fact = {
        "name": "checkout/production",
        "arn": "arn",
        "account": ACCOUNT,
        "region": REGION,
        "application": "checkout",
    }
    target = {
        "kind": CODEDEPLOY,
        "account": ACCOUNT,
        "region": REGION,
        "application": "checkout",
        "group": "production",
    }
    return World(
        sandbox, clock, {**target, "config": "", "canary": "2"}, "1",
        (("codedeploy", "CreateDeployment"), ("codedeploy", "StopDeployment")),
        meddle=lambda: _first(clock, started, appspec("3"), "CodeDeployDefault.LambdaAllAtOnce"),
        facts={"aws.codedeploy": [fact]},
    )  # fmt: skip


def github(commit: str) -> dict[str, Any]:
    """A revision of the shop's repository."""
    return {"revisionType": "GitHub", "gitHubLocation": {"repository": "shop/checkout", "commitId": commit}}


def appspec(version: str) -> dict[str, Any]:
    """A revision that moves the alias `live` to a version."""
    properties = {"Name": "checkout", "Alias": "live", "CurrentVersion": "1", "TargetVersion": version}
    resource = {"checkout": {"Type": "AWS::Lambda::Function", "Properties": properties}}
    content = json.dumps({"version": 0.0, "Resources": [resource]})
    return {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}


def fleet(size: int) -> None:
    """An Auto Scaling group over two zones."""
    made, scaling = network(), client("autoscaling", "chaos")
    scaling.create_launch_configuration(
        LaunchConfigurationName="checkout", ImageId="ami-12c6146b", InstanceType="t3.micro"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="checkout", LaunchConfigurationName="checkout", MinSize=size, MaxSize=size,
        VPCZoneIdentifier=",".join(made.subnets),
    )  # fmt: skip


def instances() -> list[dict[str, Any]]:
    """The fleet's instances with their zones."""
    found = client("autoscaling", "chaos").describe_auto_scaling_groups(AutoScalingGroupNames=["checkout"])
    return list(found["AutoScalingGroups"][0]["Instances"])


def fail(sandbox: Sandbox, failing: list[str], held: tuple[str, ...] = ()) -> None:
    """Hosts or hooks that fail, and hooks that wait for an answer, from now on."""
    place = {"account": ACCOUNT, "region": REGION, "application": "checkout"}
    post(sandbox, "codedeploy", **place, failing=failing, held=list(held))


def _group(platform: str, config: str, **more: Any) -> Any:
    deploy = client("codedeploy")
    deploy.create_application(applicationName="checkout", computePlatform=platform)
    deploy.create_deployment_group(**GROUP, serviceRoleArn=ROLE, deploymentConfigName=config, **more)
    return deploy


def _first(clock: Clock, deploy: Any, revision: dict[str, Any], config: str = "CodeDeployDefault.AllAtOnce") -> None:
    """Deploy all at once and wait until it is done."""
    made = deploy.create_deployment(**GROUP, revision=revision, deploymentConfigName=config)["deploymentId"]
    clock.move(60)
    assert deploy.get_deployment(deploymentId=made)["deploymentInfo"]["status"] == "Succeeded"
