"""Taking messages from a queue: received ones are hidden for a while, and gone once they are deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors

AT_ONCE = 10  # the most that sqs:ReceiveMessage gives and sqs:DeleteMessageBatch takes
HIDDEN_SECONDS = 120


@dataclass(frozen=True)
class Received:
    """One message; `handle` is good for deleting it until it shows again."""

    handle: str
    body: str


def receive(account: str, region: str, queue: str) -> list[Received]:
    """Up to ten messages of the queue with this name; none when it is empty. Raises AwsError."""
    with aws_errors("sqs:ReceiveMessage", account, region):
        client = _client(account, region)
        url = client.get_queue_url(QueueName=queue)["QueueUrl"]
        reply = client.receive_message(QueueUrl=url, MaxNumberOfMessages=AT_ONCE, VisibilityTimeout=HIDDEN_SECONDS)
    return [Received(row["ReceiptHandle"], row["Body"]) for row in reply.get("Messages") or ()]


def delete(account: str, region: str, queue: str, handles: Sequence[str]) -> None:
    """Delete up to ten received messages. Raises AwsError."""
    with aws_errors("sqs:DeleteMessage", account, region):
        client = _client(account, region)
        url = client.get_queue_url(QueueName=queue)["QueueUrl"]
        entries = [{"Id": str(number), "ReceiptHandle": handle} for number, handle in enumerate(handles)]
        client.delete_message_batch(QueueUrl=url, Entries=entries)


def _client(account: str, region: str) -> Any:
    """With the rollout role: to take a message is to change the queue."""
    return session.client(account, region, "sqs", role="rollout", purpose="events")
