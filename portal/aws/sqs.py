"""SQS queues with their dead-letter setting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True, kw_only=True)
class Queue(AwsResource):
    """One queue. `protected` when failing messages have somewhere to go, or when it is such a place itself."""

    url: str
    dead_letter_arn: str
    max_receives: int
    is_dead_letter: bool
    protected: bool
    encrypted: bool
    retention_s: int
    visibility_s: int


def queues(account: str, region: str) -> list[Queue]:
    """All queues of the account and region, one call a queue."""
    with aws_errors("sqs:GetQueueAttributes", account, region):
        client = reader(account, region, "sqs")
        found = []
        for url in pages(client, "list_queues", "QueueUrls"):
            answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
            found.append(_queue(str(url), answer["Attributes"], account, region))
    targets = {queue.dead_letter_arn for queue in found}
    return [
        replace(queue, is_dead_letter=queue.arn in targets, protected=queue.protected or queue.arn in targets)
        for queue in found
    ]


def _queue(url: str, attributes: Mapping[str, Any], account: str, region: str) -> Queue:
    redrive = json.loads(attributes.get("RedrivePolicy") or "{}")
    target = redrive.get("deadLetterTargetArn", "")
    return Queue(
        name=attributes["QueueArn"].split(":")[-1],
        arn=attributes["QueueArn"],
        account=account,
        region=region,
        url=url,
        dead_letter_arn=target,
        max_receives=int(redrive.get("maxReceiveCount", 0)),
        is_dead_letter=False,
        protected=bool(target),
        encrypted=attributes.get("SqsManagedSseEnabled") == "true" or bool(attributes.get("KmsMasterKeyId")),
        retention_s=int(attributes.get("MessageRetentionPeriod", 0)),
        visibility_s=int(attributes.get("VisibilityTimeout", 0)),
    )
