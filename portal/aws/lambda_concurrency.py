"""Reserved concurrency of a Lambda function: zero stops every invocation with a throttle, deleting it ends that."""

from __future__ import annotations

from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors


def reserved(account: str, region: str, function: str) -> int | None:
    """The reserved concurrency, or None where the function shares the account's pool. Raises AwsError."""
    with aws_errors("lambda:GetFunctionConcurrency", account, region):
        answer = _client(account, region).get_function_concurrency(FunctionName=function)
    value = answer.get("ReservedConcurrentExecutions")
    return None if value is None else int(value)


def reserve(account: str, region: str, function: str, executions: int | None) -> None:
    """Set the reserved concurrency, or delete it with None. Raises AwsError."""
    client = _client(account, region, role="chaos")
    if executions is None:
        with aws_errors("lambda:DeleteFunctionConcurrency", account, region):
            client.delete_function_concurrency(FunctionName=function)
        return
    with aws_errors("lambda:PutFunctionConcurrency", account, region):
        client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=executions)


def _client(account: str, region: str, role: str = "read") -> Any:
    return session.client(account, region, "lambda", role=role, purpose="chaos")
