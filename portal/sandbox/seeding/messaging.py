"""Queues and topics."""

from __future__ import annotations

import json

from portal.sandbox.parts import Queue, Service, Topic

from .aws import Place, pairs, seeds


@seeds(Queue)
def seed_queue(place: Place, service: Service, part: Queue) -> None:
    """`<service>-queue`, with dead letters after five receives unless told otherwise."""
    sqs, name, tags = place.client("sqs"), part.name or f"{service.name}-queue", service.tags if part.tagged else {}
    attributes = {"VisibilityTimeout": "60", "SqsManagedSseEnabled": str(part.encrypted).lower()}
    wanted = dict(attributes)
    if part.dead_letters:
        dead = f"{service.name}-dead-letters"
        sqs.create_queue(QueueName=dead, Attributes=attributes, tags=tags)
        wanted["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": place.arn("sqs", dead), "maxReceiveCount": 5})
    sqs.create_queue(QueueName=name, Attributes=wanted, tags=tags)


@seeds(Topic)
def seed_topic(place: Place, service: Service, part: Topic) -> None:
    """`<service>-events`."""
    attributes = {"KmsMasterKeyId": "alias/aws/sns"} if part.encrypted else {}
    tags = pairs(service.tags) if part.tagged else []
    place.client("sns").create_topic(Name=part.name or f"{service.name}-events", Attributes=attributes, Tags=tags)
