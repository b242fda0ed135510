"""Every handler answers what the AWS service model promises, as boto3 reads it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore import xform_name
from moto.core.utils import get_service_model

from portal.sandbox import app
from portal.sandbox.clock import tick
from portal.sandbox.registry import HANDLERS
from portal.sandbox.seed import seed_service
from portal.sandbox.server import Sandbox
from tests.sandbox import command_walk, failover_walk, fis_walk, lens_walk, place_walk, target_walk
from tests.sandbox.conftest import Clients, Wall
from tests.sandbox.shapes import problems

Ask = Callable[..., dict[str, Any]]

CPU = {
    "Namespace": "AWS/EC2",
    "MetricName": "CPUUtilization",
    "Dimensions": [{"Name": "AutoScalingGroupName", "Value": "search-api"}],
}


@pytest.fixture
def checked(client: Clients, monkeypatch: pytest.MonkeyPatch) -> tuple[Ask, set[tuple[str, str]]]:
    """ask(service, operation, region, **params): the parsed response, after its result was held against the shape."""
    results: dict[tuple[str, str], Any] = {}
    original = app.serialised

    def spy(environ: Any, service: str, operation: str, result: Any) -> Any:
        results[service, operation] = result
        return original(environ, service, operation, result)

    monkeypatch.setattr(app, "serialised", spy)
    seen: set[tuple[str, str]] = set()

    def ask(service: str, operation: str, region: str = "us-east-1", /, **params: Any) -> dict[str, Any]:
        answer = getattr(client(service, region), xform_name(operation))(**params)
        seen.add((service, operation))
        shape = get_service_model(service).operation_model(operation).output_shape
        if shape is not None:
            assert problems(shape, results[service, operation], operation) == []
            answer.pop("ResponseMetadata")
            assert problems(shape, answer, operation) == []
        return answer

    return ask, seen


def _metrics(ask: Ask, wall: Wall) -> None:
    now = datetime.fromtimestamp(wall(), UTC)
    window = {"StartTime": now - timedelta(hours=3), "EndTime": now + timedelta(seconds=1)}
    ask("cloudwatch", "PutMetricData", Namespace="Own", MetricData=[{"MetricName": "Lookups", "Value": 3.0}])
    query = {"Id": "cpu", "MetricStat": {"Metric": CPU, "Period": 60, "Stat": "Average"}}
    assert ask("cloudwatch", "GetMetricData", MetricDataQueries=[query], **window)["MetricDataResults"][0]["Values"]
    assert ask("cloudwatch", "GetMetricStatistics", **CPU, **window, Period=3600, Statistics=["Average", "Maximum"])[
        "Datapoints"
    ]
    assert ask("cloudwatch", "ListMetrics", Namespace="AWS/EC2")["Metrics"]
    ask("cloudwatch", "PutCompositeAlarm", AlarmName="all", AlarmRule="ALARM(search-api-errors)")
    assert ask("cloudwatch", "DescribeAlarmHistory", AlarmName="search-api-errors")["AlarmHistoryItems"]


def _deployments(ask: Ask, wall: Wall) -> None:
    for region, service in (("eu-west-1", "checkout"), ("eu-west-1", "ledger"), ("us-east-1", "search-api")):
        group = {"applicationName": service, "deploymentGroupName": "production"}
        made = ask(
            "codedeploy",
            "CreateDeployment",
            region,
            **group,
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": "{}"}},
        )
        for _ in range(3):
            wall.move(3)
            ids = ask("codedeploy", "ListDeploymentTargets", region, **made)["targetIds"]
            assert ask("codedeploy", "BatchGetDeploymentTargets", region, **made, targetIds=ids)["deploymentTargets"]
        ask("codedeploy", "ListDeployments", region, **group)
        ask("codedeploy", "StopDeployment", region, **made, autoRollbackEnabled=True)
        assert ask("codedeploy", "GetDeployment", region, **made)["deploymentInfo"]["status"] == "Stopped"
        ask("codedeploy", "BatchGetDeployments", region, deploymentIds=[made["deploymentId"]])
        ask("codedeploy", "BatchGetDeploymentTargets", region, **made, targetIds=ids)
        ask("codedeploy", "GetDeploymentGroup", region, **group)
    hosts = {"type": "HOST_COUNT", "value": 1}
    ask("codedeploy", "CreateDeploymentConfig", deploymentConfigName="own", minimumHealthyHosts=hosts)
    ask("codedeploy", "GetDeploymentConfig", deploymentConfigName="own")
    names = ask("codedeploy", "ListDeploymentConfigs")["deploymentConfigsList"]
    assert all(ask("codedeploy", "GetDeploymentConfig", deploymentConfigName=name) for name in names)


def _pipelines(ask: Ask, wall: Wall) -> None:
    name = {"pipelineName": "products"}
    started = ask("codepipeline", "StartPipelineExecution", "eu-west-1", name="products")
    stage = {**name, "stageName": "Production", "transitionType": "Inbound"}
    ask("codepipeline", "DisableStageTransition", "eu-west-1", **stage, reason="A freeze.")
    wall.move(100)
    state = ask("codepipeline", "GetPipelineState", "eu-west-1", name="products")
    approval = next(one for one in state["stageStates"] if one["stageName"] == "Approval")
    ask(
        "codepipeline",
        "PutApprovalResult",
        "eu-west-1",
        **name,
        stageName="Approval",
        actionName="Approve",
        result={"summary": "Fine", "status": "Approved"},
        token=approval["actionStates"][0]["latestExecution"]["token"],
    )
    ask("codepipeline", "GetPipelineState", "eu-west-1", name="products")
    ask("codepipeline", "EnableStageTransition", "eu-west-1", **stage)
    ask("codepipeline", "StopPipelineExecution", "eu-west-1", **name, **started, abandon=True, reason="Not now.")
    assert ask("codepipeline", "ListPipelineExecutions", "eu-west-1", **name)["pipelineExecutionSummaries"]
    ask("codepipeline", "GetPipelineExecution", "eu-west-1", **name, **started)
    _moves_by_hand(ask, wall)


def _moves_by_hand(ask: Ask, wall: Wall) -> None:
    """Roll a stage back, reject an approval and retry it."""
    wall.move(100)  # until nothing is under way in Production
    name, place = {"pipelineName": "products"}, ("codepipeline", "eu-west-1")
    runs = ask(place[0], "ListPipelineExecutions", place[1], **name)["pipelineExecutionSummaries"]
    good = next(run for run in runs if run["status"] == "Succeeded")["pipelineExecutionId"]
    wall.move(60)
    ask(place[0], "RollbackStage", place[1], **name, stageName="Production", targetPipelineExecutionId=good)
    fresh = ask(place[0], "StartPipelineExecution", place[1], name="products")
    wall.move(300)
    stages = ask(place[0], "GetPipelineState", place[1], name="products")["stageStates"]
    waits = next(one for one in stages if one["stageName"] == "Approval")["actionStates"][0]["latestExecution"]
    stage = {**name, "stageName": "Approval"}
    result = {"summary": "No", "status": "Rejected"}
    ask(place[0], "PutApprovalResult", place[1], **stage, actionName="Approve", result=result, token=waits["token"])
    ask(place[0], "RetryStageExecution", place[1], **stage, **fresh, retryMode="FAILED_ACTIONS")


def _others(ask: Ask, client: Clients) -> None:
    assert ask("config", "DescribeComplianceByConfigRule", "eu-west-1")["ComplianceByConfigRules"]
    assert ask("config", "GetComplianceDetailsByConfigRule", "eu-west-1", ConfigRuleName="required-tags")[
        "EvaluationResults"
    ]
    assert len(ask("synthetics", "GetCanaryRuns", Name="search-journey", MaxResults=10)["CanaryRuns"]) == 10
    groups = client("elbv2", "us-east-1").describe_target_groups(Names=["search-api"])["TargetGroups"]
    assert (
        len(
            ask("elbv2", "DescribeTargetHealth", TargetGroupArn=groups[0]["TargetGroupArn"])["TargetHealthDescriptions"]
        )
        == 6
    )
    assert ask("ecs", "DescribeServices", "eu-west-1", cluster="ledger", services=["ledger"])["services"]
    ask("ecs", "UpdateService", "eu-west-1", cluster="ledger", service="ledger", desiredCount=5)
    ask(
        "ecs",
        "CreateService",
        "eu-west-1",
        cluster="ledger",
        serviceName="second",
        taskDefinition="ledger",
        desiredCount=1,
    )
    ask("lambda", "CreateAlias", "eu-west-1", FunctionName="checkout", Name="next", FunctionVersion="42")
    ask(
        "lambda",
        "UpdateAlias",
        "eu-west-1",
        FunctionName="checkout",
        Name="live",
        RoutingConfig={"AdditionalVersionWeights": {"42": 0.05}},
    )
    assert ask("ec2", "DescribeSpotPriceHistory", InstanceTypes=["m5.large"])["SpotPriceHistory"]
    assert ask("resourcegroupstaggingapi", "GetResources", ResourcesPerPage=10)["PaginationToken"]


def _meshes(ask: Ask, client: Clients) -> None:
    mesh = {"meshName": "routing"}
    provider = {"virtualRouter": {"virtualRouterName": "routing"}}
    made = {**mesh, "virtualServiceName": "second.local"}
    ask("appmesh", "CreateVirtualService", **made, spec={"provider": provider})
    assert len(ask("appmesh", "ListVirtualServices", **mesh)["virtualServices"]) == 2
    assert ask("appmesh", "DescribeVirtualService", **made)["virtualService"]["spec"]["provider"] == provider
    lattice = client("vpc-lattice", "us-east-1")
    service = lattice.create_service(name="second", authType="NONE")["id"]
    network = lattice.create_service_network(name="network-one")["id"]
    lattice.create_service_network_service_association(serviceIdentifier=service, serviceNetworkIdentifier=network)
    group = lattice.create_target_group(name="functions", type="LAMBDA")["id"]
    action = {"forward": {"targetGroups": [{"targetGroupIdentifier": group, "weight": 1}]}}
    where = {"serviceIdentifier": service}
    listened = lattice.create_listener(**where, name="https", protocol="HTTPS", defaultAction=action)["id"]
    where["listenerIdentifier"] = listened
    match = {"httpMatch": {"method": "GET"}}
    lattice.create_rule(**where, name="reads", priority=5, match=match, action=action)
    (rule,) = ask("vpc-lattice", "ListRules", **where)["items"]
    assert ask("vpc-lattice", "GetRule", **where, ruleIdentifier=rule["id"])["action"] == action
    target = {"id": "arn:aws:lambda:us-east-1:111111111111:function:second"}
    ask("vpc-lattice", "RegisterTargets", targetGroupIdentifier=group, targets=[target])
    (listed,) = ask("vpc-lattice", "ListTargets", targetGroupIdentifier=group)["items"]
    assert listed == {**target, "status": "HEALTHY"}
    (joined,) = ask("vpc-lattice", "ListServiceNetworkServiceAssociations", serviceIdentifier=service)["items"]
    assert (joined["serviceName"], joined["serviceNetworkName"]) == ("second", "network-one")


def _serverless(ask: Ask) -> None:
    made = ask("dsql", "CreateCluster", tags={"Name": "second"})
    assert {"identifier": made["identifier"], "arn": made["arn"]} in ask("dsql", "ListClusters")["clusters"]
    assert ask("dsql", "GetCluster", identifier=made["identifier"])["tags"] == {"Name": "second"}
    (url,) = ask("lambda", "ListFunctionUrlConfigs", FunctionName="tracking")["FunctionUrlConfigs"]
    assert url["AuthType"] == "NONE"


def _moto_lacks(ask: Ask) -> None:
    image = {"ImageRepository": {"ImageIdentifier": "x", "ImageRepositoryType": "ECR"}}
    made = ask("apprunner", "CreateService", ServiceName="owned", SourceConfiguration=image)["Service"]
    assert ask("apprunner", "DescribeService", ServiceArn=made["ServiceArn"])["Service"]["Status"] == "RUNNING"
    assert ask("apprunner", "ListTagsForResource", ResourceArn=made["ServiceArn"])["Tags"] == []
    assert ask("apprunner", "ListServices", MaxResults=1)["ServiceSummaryList"][0]["ServiceName"] == "owned"
    ask("elasticache", "CreateServerlessCache", ServerlessCacheName="own", Engine="valkey")
    assert ask("elasticache", "DescribeServerlessCaches", ServerlessCacheName="own")["ServerlessCaches"]
    rows = ask("ecs", "ListServiceDeployments", "eu-west-1", cluster="ledger", service="ledger")["serviceDeployments"]
    arns = [rows[0]["serviceDeploymentArn"], f"{rows[0]['serviceDeploymentArn']}9"]
    described = ask("ecs", "DescribeServiceDeployments", "eu-west-1", serviceDeploymentArns=arns)
    assert (len(described["serviceDeployments"]), len(described["failures"])) == (1, 1)
    assert ask("lambda", "ListFunctionUrlConfigs", "eu-west-1", FunctionName="checkout")["FunctionUrlConfigs"] == []
    assert ask("lambda", "ListFunctionUrlConfigs", "eu-west-1", FunctionName="prices")["FunctionUrlConfigs"]


def _insights(ask: Ask) -> None:
    who = {"MasterUsername": "service", "MasterUserPassword": "not-a-real-password"}
    size = {"Engine": "postgres", "DBInstanceClass": "db.m7g.large", "AllocatedStorage": 20}
    made = ask("rds", "CreateDBInstance", DBInstanceIdentifier="own", **size, **who)["DBInstance"]
    assert made["PerformanceInsightsEnabled"] is False
    for wanted, seen in ((True, True), (None, True), (False, False)):
        change = {} if wanted is None else {"EnablePerformanceInsights": wanted}
        ask("rds", "ModifyDBInstance", DBInstanceIdentifier="own", **change)
        found = ask("rds", "DescribeDBInstances", DBInstanceIdentifier="own")["DBInstances"][0]
        assert found["PerformanceInsightsEnabled"] is seen
        assert ("PerformanceInsightsRetentionPeriod" in found) is seen


def _moto_drops(ask: Ask) -> None:
    summary = ask("iam", "GetAccountSummary")["SummaryMap"]
    assert summary["AccountMFAEnabled"] == 1  # the seeding made the root user's device
    target = "arn:aws:sqs:us-east-1:111111111111:lost"
    where = {"DeadLetterConfig": {"TargetArn": target}}
    code = {"Runtime": "python3.13", "Handler": "a.b", "Code": {"ZipFile": b"1"}}
    role = "arn:aws:iam::111111111111:role/lambda-execution"
    made = ask("lambda", "CreateFunction", FunctionName="own", Role=role, **code, **where)
    assert made["DeadLetterConfig"] == {"TargetArn": target}
    assert ask("lambda", "UpdateFunctionConfiguration", FunctionName="own", Timeout=9)["DeadLetterConfig"]
    assert ask("lambda", "GetFunctionConfiguration", FunctionName="own")["DeadLetterConfig"]
    ask("lambda", "UpdateFunctionConfiguration", FunctionName="own", DeadLetterConfig={"TargetArn": ""})
    listed = {one["FunctionName"]: one for one in ask("lambda", "ListFunctions")["Functions"]}
    assert "DeadLetterConfig" not in listed["own"]


def _keys(ask: Ask, client: Clients) -> None:
    kms = client("kms", "us-east-1")
    own = kms.create_key()["KeyMetadata"]["KeyId"]
    managed = kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]["KeyId"]
    owners = {ask("kms", "DescribeKey", KeyId=one)["KeyMetadata"]["KeyManager"] for one in (own, managed)}
    assert owners == {"AWS", "CUSTOMER"}
    assert ask("kms", "DescribeKey", KeyId=managed)["KeyMetadata"]["KeyManager"] == "AWS"


def _balancers(ask: Ask, client: Clients) -> None:
    elb = client("elbv2", "us-east-1")
    arn = elb.describe_load_balancers(Names=["search-api"])["LoadBalancers"][0]["LoadBalancerArn"]

    def switches() -> dict[str, str]:
        rows = ask("elbv2", "DescribeLoadBalancerAttributes", LoadBalancerArn=arn)["Attributes"]
        return {row["Key"]: row["Value"] for row in rows}

    assert switches()["load_balancing.cross_zone.enabled"] == "true"
    assert switches()["routing.http.drop_invalid_header_fields.enabled"] == "false"
    wanted = [{"Key": "load_balancing.cross_zone.enabled", "Value": "false"}]
    ask("elbv2", "ModifyLoadBalancerAttributes", LoadBalancerArn=arn, Attributes=wanted)
    assert switches()["load_balancing.cross_zone.enabled"] == "false"


def _canaries(ask: Ask, client: Clients) -> None:
    canaries = client("synthetics", "us-east-1")
    canaries.create_canary(
        Name="own", Code={"Handler": "a.b", "ZipFile": b"-"}, ArtifactS3Location="s3://own/", Schedule={"Expression": "x"},
        ExecutionRoleArn="arn:aws:iam::111111111111:role/journeys", RuntimeVersion="syn-python-selenium-7.0",
    )  # fmt: skip
    with pytest.raises(canaries.exceptions.ConflictException):
        canaries.stop_canary(Name="own")
    for operation, state in (("StartCanary", "RUNNING"), ("StopCanary", "STOPPED")):
        ask("synthetics", operation, Name="own")
        assert canaries.get_canary(Name="own")["Canary"]["Status"]["State"] == state


def test_every_handler_answers_the_shape_of_the_service_model(
    checked: tuple[Ask, set[tuple[str, str]]], sandbox: Sandbox, wall: Wall, client: Clients
) -> None:
    ask, seen = checked
    for service in ("checkout", "search-api", "ledger", "products", "prices", "routing", "tracking"):
        seed_service(sandbox.url, service)
    tick(sandbox.state, 10, random.Random(1))
    _metrics(ask, wall)
    _deployments(ask, wall)
    _pipelines(ask, wall)
    _others(ask, client)
    _meshes(ask, client)
    _serverless(ask)
    _moto_lacks(ask)
    _insights(ask)
    _moto_drops(ask)
    _keys(ask, client)
    _balancers(ask, client)
    _canaries(ask, client)
    lens_walk.walk(ask)
    target_walk.walk(ask, client, wall)
    place_walk.walk(ask, client, wall)
    failover_walk.walk(ask, wall)
    fis_walk.walk(ask, client, wall)
    group = client("autoscaling", "us-east-1").describe_auto_scaling_groups(AutoScalingGroupNames=["search-api"])
    members = group["AutoScalingGroups"][0]["Instances"]
    command_walk.walk(ask, wall, [one["InstanceId"] for one in members])
    command_walk.functions(ask, client("sns").create_topic(Name="own")["TopicArn"])
    assert seen == set(HANDLERS)
