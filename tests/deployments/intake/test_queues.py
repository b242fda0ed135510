"""Events that wait in an SQS queue are taken once, and a queue that is denied leaves the others."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from deployments.intake.pull import queues
from deployments.models import Deployment, IntakeEvent, PullState, RefusedEvent
from portal.aws import session
from tests.deployments.intake.senders import example

PLACE = ("111111111111", "eu-west-1")
CONTEXT: Any = SimpleNamespace(check=lambda: None, progress=lambda *_: None, log=lambda _: None)


@pytest.fixture
def queue(aws: Any, catalog: Any, settings: Any) -> Any:
    """A queue on the list, and a way to send to it."""
    settings.INTAKE_QUEUES = ["111111111111/eu-west-1/colonnade-events", "222222222222/us-east-1/missing", "nonsense"]
    client = session.client(*PLACE, "sqs", role="rollout")
    url = client.create_queue(QueueName="colonnade-events")["QueueUrl"]
    return SimpleNamespace(
        send=lambda body: client.send_message(QueueUrl=url, MessageBody=body),
        waiting=lambda: int(client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["ApproximateNumberOfMessages"]),
    )  # fmt: skip


def test_events_are_taken_from_the_queue_and_the_broken_ones_are_written_down(queue: Any) -> None:
    for name in ("eventbridge-codedeploy-start", "eventbridge-codedeploy-success", "eventbridge-codedeploy-success"):
        queue.send(json.dumps(example(name)["body"]))
    queue.send("no event")
    with time_machine.travel("2026-11-20T10:01:00Z", tick=True):
        session.forget()
        done = queues.run(CONTEXT)
    assert done == {"taken": 3, "refused": 1, "silent": 1}
    assert (Deployment.objects.get().state, IntakeEvent.objects.count()) == ("succeeded", 2)
    assert RefusedEvent.objects.get().sender == "queue:colonnade-events"
    assert queue.waiting() == 0


def test_a_queue_that_cannot_be_read_says_why_and_leaves_the_others(queue: Any) -> None:
    queues.run(CONTEXT)
    silent = PullState.objects.exclude(error="")
    assert {(row.account, row.source) for row in silent} == {("222222222222", "queue")}
    assert PullState.objects.get(account="111111111111").read_at
