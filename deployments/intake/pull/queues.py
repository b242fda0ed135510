"""EventBridge events that wait in SQS queues, for accounts that cannot reach the portal: `INTAKE_QUEUES` names them.

A message is deleted once its event is stored or written down as refused; one that comes twice counts once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from deployments.intake.record import Message
from deployments.intake.take import Refused, take
from deployments.models import CiIdentity, HookSender, PullState
from portal.aws import sqs_messages
from portal.aws.errors import AwsError
from portal.jobs.context import JobContext
from portal.plugins import Job
from services.models import Entity

KEY = "queue"
MOST_BATCHES = 100
"""Batches of ten that one run takes from a queue; the next run goes on."""


@dataclass(frozen=True)
class QueueReporter:
    """Whoever may send to the queue: the policy of the queue, in the account's hands, says who that is."""

    name: str
    hook: HookSender | None = None
    identity: CiIdentity | None = None

    def may_report(self, entity: Entity) -> bool:
        """For every service: the queue is on the operator's list."""
        return True


def listed() -> Iterator[tuple[str, str, str]]:
    """(account, region, name) of each queue, written account/region/name."""
    for entry in settings.INTAKE_QUEUES:
        account, _, rest = entry.strip().partition("/")
        region, _, name = rest.partition("/")
        if account and region and name:
            yield account, region, name


def run(context: JobContext) -> dict[str, Any]:
    """Empty all queues; one that is denied leaves the others."""
    done = {"taken": 0, "refused": 0, "silent": 0}
    for account, region, name in listed():
        state, _ = PullState.objects.get_or_create(source=KEY, account=account, region=region)
        now, error = timezone.now(), ""
        try:
            found = _empty((account, region, name), context, done)
        except AwsError as trouble:
            error, found = str(trouble)[:600], 0
            done["silent"] += 1
            context.log(error)
        good = {} if error else {"read_at": now, "found": found}
        PullState.objects.filter(pk=state.pk).update(looked_at=now, error=error, **good)
    return done


def _empty(queue: tuple[str, str, str], context: JobContext, done: dict[str, int]) -> int:
    """How many messages were taken from the queue. Raises AwsError."""
    reporter, count = QueueReporter(f"queue:{queue[2]}"), 0
    for _ in range(MOST_BATCHES):
        context.check()
        messages = sqs_messages.receive(*queue)
        if not messages:
            break
        for message in messages:
            for outcome in take(Message(message.body.encode()), "eventbridge", reporter):
                done["refused" if isinstance(outcome, Refused) else "taken"] += 1
        sqs_messages.delete(*queue, [message.handle for message in messages])
        count += len(messages)
    return count


JOB = Job("deployments.event_queues", "Take events from SQS queues", run, every=60, keep=20)
