"""Queues and topics."""

from __future__ import annotations

import json

from portal.sandbox.parts import Queue, Service, Topic

from .aws import Place, pairs, seeds


@seeds(Queue)
def seed_queue(place: Place, service: Service, part: Queue) -> None:
    """`<service>-queue`, with dead letters after five receives unless told otherwise."""
    sqs = place.client("sqs")
    attributes = {"VisibilityTimeout": "60", "SqsManagedSseEnabled": str(part.encrypted).lower()}
    wanted = dict(attributes)
    if part.dead_letters:
        dead = f"{service.name}-dead-letters"
        sqs.create_queue(QueueName=dead, Attributes=attributes, tags=service.tags)
        wanted["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": place.arn("sqs", dead), "maxReceiveCount": 5})
    sqs.create_queue(QueueName=f"{service.name}-queue", Attributes=wanted, tags=service.tags)


@seeds(Topic)
def seed_topic(place: Place, service: Service, part: Topic) -> None:
    """`<service>-events`."""
    attributes = {"KmsMasterKeyId": "alias/aws/sns"} if part.encrypted else {}
    place.client("sns").create_topic(Name=f"{service.name}-events", Attributes=attributes, Tags=pairs(service.tags))
