"""SNS topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True, kw_only=True)
class Topic(AwsResource):
    """One topic; `subscriptions` are confirmed ones. What the role may not read is None."""

    encrypted: bool | None
    fifo: bool
    subscriptions: int | None


def topics(account: str, region: str) -> list[Topic]:
    """All topics of the account and region, one call a topic."""
    with aws_errors("sns:ListTopics", account, region):
        client = reader(account, region, "sns")
        return [_topic(client, row["TopicArn"], account, region) for row in pages(client, "list_topics", "Topics")]


def publish(account: str, region: str, topic: str, message: str, key: str) -> str:
    """Send a message to a topic (its ARN) once; the id that SNS gave it. Raises AwsError.

    ``key`` keeps a FIFO topic from delivering it twice within five minutes; other topics have nothing like it.
    """
    fifo = {"MessageGroupId": key, "MessageDeduplicationId": key} if topic.endswith(".fifo") else {}
    client = session.client(account, region, "sns", role="rollout", purpose="test", once=True)
    with aws_errors("sns:Publish", account, region):
        return str(client.publish(TopicArn=topic, Message=message, **fifo)["MessageId"])


def _topic(client: Any, arn: str, account: str, region: str) -> Topic:
    def ask() -> Mapping[str, str]:
        found: Mapping[str, str] = client.get_topic_attributes(TopicArn=arn)["Attributes"]
        return found

    said = detail("sns:GetTopicAttributes", account, region, ask)
    return Topic(
        name=arn.rpartition(":")[2],
        arn=arn,
        account=account,
        region=region,
        encrypted=None if said is None else bool(said.get("KmsMasterKeyId")),
        fifo=arn.endswith(".fifo"),
        subscriptions=None if said is None else int(said.get("SubscriptionsConfirmed") or 0),
    )
