"""What runs the code: functions, containers, clusters and machines."""

from __future__ import annotations

from portal.aws import apprunner, autoscaling, ec2, ecs, eks, lambda_
from services.discovery import Description, Family, counted


def _function(found: lambda_.Function) -> Description:
    return Description("lambda-function", f"Lambda, {found.runtime or 'container image'}, {found.memory_mb} MB")


def _ecs(found: ecs.EcsService) -> Description:
    where = "Fargate Spot" if found.spot_share >= 0.5 else "Fargate" if found.fargate else "EC2"
    return Description("ecs-service", f"ECS on {where}, {counted(found.desired, 'task')}")


def _eks(found: eks.Cluster) -> Description:
    return Description("eks-cluster", f"EKS {found.version}".strip())


def _group(found: autoscaling.AutoScalingGroup) -> Description:
    return Description("auto-scaling-group", f"EC2 Auto Scaling, {counted(found.zone_count, 'zone')}")


def _app_runner(found: apprunner.AppRunnerService) -> Description:
    return Description("app-runner-service", f"App Runner, {found.status.lower() or 'state unknown'}")


FAMILIES = (
    Family(
        "lambda", "Lambda functions", "aws.lambda", lambda_.functions,
        ("lambda:ListFunctions", "lambda:ListAliases", "lambda:ListEventSourceMappings", "lambda:ListFunctionUrlConfigs"),
        _function,
    ),
    Family(
        "ecs", "ECS services", "aws.ecs", ecs.services,
        ("ecs:ListClusters", "ecs:ListServices", "ecs:DescribeServices", "ecs:DescribeClusters",
         "ecs:DescribeTaskDefinition", "ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments"), _ecs,
    ),
    Family("eks", "EKS clusters", "aws.eks", eks.clusters,
           ("eks:ListClusters", "eks:DescribeCluster", "eks:ListNodegroups"), _eks),
    Family("asg", "Auto Scaling groups", "aws.asg", autoscaling.groups,
           ("autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribePolicies"), _group),
    Family("apprunner", "App Runner services", "aws.apprunner", apprunner.services,
           ("apprunner:ListServices", "apprunner:DescribeService", "apprunner:ListTagsForResource"), _app_runner),
    Family("instances", "EC2 instances", "aws.instances", ec2.instances, ("ec2:DescribeInstances",)),
)  # fmt: skip
