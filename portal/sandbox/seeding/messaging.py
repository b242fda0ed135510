"""Queues and topics."""

from __future__ import annotations

import json

from portal.sandbox.parts import Function, Queue, Service, Topic

from .aws import Place, pairs, seeds


@seeds(Queue)
def seed_queue(place: Place, service: Service, part: Queue) -> None:
    """`<service>-queue`, with dead letters after five receives unless told otherwise; it feeds the service's function."""
    sqs = place.client("sqs")
    attributes = {"VisibilityTimeout": "60", "SqsManagedSseEnabled": str(part.encrypted).lower()}
    wanted = dict(attributes)
    if part.dead_letters:
        dead = f"{service.name}-dead-letters"
        sqs.create_queue(QueueName=dead, Attributes=attributes, tags=service.tags)
        wanted["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": place.arn("sqs", dead), "maxReceiveCount": 5})
    sqs.create_queue(QueueName=f"{service.name}-queue", Attributes=wanted, tags=service.tags)
    if any(isinstance(other, Function) for other in service.parts):
        queue = place.arn("sqs", f"{service.name}-queue")
        place.client("lambda").create_event_source_mapping(
            FunctionName=service.name, EventSourceArn=queue, BatchSize=10
        )


@seeds(Topic)
def seed_topic(place: Place, service: Service, part: Topic) -> None:
    """`<service>-events`."""
    attributes = {"KmsMasterKeyId": "alias/aws/sns"} if part.encrypted else {}
    place.client("sns").create_topic(Name=f"{service.name}-events", Attributes=attributes, Tags=pairs(service.tags))
