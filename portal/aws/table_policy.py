"""The resource policy of a DynamoDB table, written only over the revision that was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import AwsNotFound, aws_errors

NONE = "NO_POLICY"
"""What AWS wants to hear as the expected revision where no policy is to be there."""


@dataclass(frozen=True)
class TablePolicy:
    """The policy as AWS keeps it, "" where there is none, with its revision."""

    text: str
    revision: str


def policy(account: str, region: str, arn: str) -> TablePolicy:
    """The policy now. Raises AwsError."""
    try:
        with aws_errors("dynamodb:GetResourcePolicy", account, region):
            answer = _client(account, region).get_resource_policy(ResourceArn=arn)
    except AwsNotFound as error:
        if error.code == "PolicyNotFoundException":
            return TablePolicy("", NONE)
        raise
    return TablePolicy(str(answer.get("Policy", "")), str(answer.get("RevisionId", NONE)))


def set_policy(account: str, region: str, arn: str, wanted: str, revision: str) -> None:
    """Write the policy over this revision; "" takes it away. Raises AwsError where somebody was faster, among others."""
    client = _client(account, region)
    if wanted:
        with aws_errors("dynamodb:PutResourcePolicy", account, region):
            client.put_resource_policy(ResourceArn=arn, Policy=wanted, ExpectedRevisionId=revision)
        return
    with aws_errors("dynamodb:DeleteResourcePolicy", account, region):
        client.delete_resource_policy(ResourceArn=arn, ExpectedRevisionId=revision)


def _client(account: str, region: str) -> Any:
    return session.client(account, region, "dynamodb", role="chaos", purpose="chaos")
