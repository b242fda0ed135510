"""SQS queues."""

from __future__ import annotations

import json

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage


def queue(stage: Stage, *, dead_letters: bool = True, encrypted: bool = True) -> None:
    """A queue, with a second one for what always fails."""
    sqs = stage.client("sqs")
    wanted = {"SqsManagedSseEnabled": str(encrypted).lower()}
    if dead_letters:
        dead = f"{stage.name}-dead-letters"
        sqs.create_queue(QueueName=dead, Attributes=wanted, tags=stage.tags)
        redrive = {"deadLetterTargetArn": stage.place.arn("sqs", dead), "maxReceiveCount": 5}
        wanted = {**wanted, "RedrivePolicy": json.dumps(redrive)}
    sqs.create_queue(QueueName=stage.name, Attributes=wanted, tags=stage.tags)


@passes("services.queue-dead-letters", "services.queues-encrypted")
def queue_kept_well(stage: Stage) -> None:
    queue(stage)


@fails("services.queue-dead-letters")
def queue_without_dead_letters(stage: Stage) -> None:
    queue(stage, dead_letters=False)


@fails("services.queues-encrypted")
def queue_in_the_clear(stage: Stage) -> None:
    queue(stage, encrypted=False)
