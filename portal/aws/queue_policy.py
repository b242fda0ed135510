"""The policy of an SQS queue: read with the read role, written with the chaos role."""

from __future__ import annotations

from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors


def policy(account: str, region: str, url: str) -> str:
    """The policy as AWS keeps it, "" where there is none. Raises AwsError."""
    with aws_errors("sqs:GetQueueAttributes", account, region):
        answer = _client(account, region, "read").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    return str((answer.get("Attributes") or {}).get("Policy", ""))


def set_policy(account: str, region: str, url: str, wanted: str) -> None:
    """Write the policy; "" takes it away. Reading shows it within a minute. Raises AwsError."""
    with aws_errors("sqs:SetQueueAttributes", account, region):
        _client(account, region, "chaos").set_queue_attributes(QueueUrl=url, Attributes={"Policy": wanted})


def _client(account: str, region: str, role: str) -> Any:
    return session.client(account, region, "sqs", role=role, purpose="chaos")
