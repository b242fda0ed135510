"""The IAM roles that a service's functions and tasks act with."""

from __future__ import annotations

from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors


def of_function(account: str, region: str, function: str) -> str:
    """The execution role of a Lambda function. Raises AwsError."""
    with aws_errors("lambda:GetFunctionConfiguration", account, region):
        return str(_client(account, region, "lambda").get_function_configuration(FunctionName=function)["Role"])


def of_tasks(account: str, region: str, cluster: str, service: str) -> str:
    """The task role of an ECS service, "" where its tasks have none. Raises AwsError."""
    client = _client(account, region, "ecs")
    with aws_errors("ecs:DescribeServices", account, region):
        rows = client.describe_services(cluster=cluster, services=[service])["services"]
    if not rows:
        return ""
    with aws_errors("ecs:DescribeTaskDefinition", account, region):
        found = client.describe_task_definition(taskDefinition=rows[0]["taskDefinition"])["taskDefinition"]
    return str(found.get("taskRoleArn") or "")


def _client(account: str, region: str, service: str) -> Any:
    return session.client(account, region, service, role="read", purpose="chaos")
