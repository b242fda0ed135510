"""Move every due rollout on by as many short steps as it can take now. Each step may be the last one of this process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from deployments.engine.rollout import State
from deployments.models import Rollout
from deployments.rollouts import rollback, steps
from deployments.rollouts.claim import Interrupted, claimed, due, later, log
from portal.aws.errors import AwsError
from portal.jobs.context import JobContext
from portal.plugins import Job

logger = logging.getLogger(__name__)
MOST_STEPS = 8
TRY_AGAIN = 10.0

STEPS: dict[str, Callable[[Rollout], bool]] = {
    State.PLANNED: steps.begin,
    State.RUNNING: steps.run,
    State.PAUSED: steps.pause,
    State.ROLLING_BACK: rollback.put_back,
}


def run(context: JobContext) -> dict[str, Any]:
    """Advance all rollouts that are due and free."""
    advanced = 0
    for pk in list(due(timezone.now()).values_list("pk", flat=True)):
        context.check()
        advanced += advance(pk)
    return {"advanced": advanced}


def advance(pk: int) -> bool:
    """Take the steps that this rollout can take now. False where another worker holds it."""
    with claimed(pk, timezone.now()) as rollout:
        if rollout is None:
            return False
        try:
            for _ in range(MOST_STEPS):
                step = STEPS.get(rollout.state)
                if step is None or not step(rollout):
                    break
        except Interrupted:
            logger.info("rollout %s was moved while it was being advanced", pk)
        except AwsError as error:
            _trouble(rollout, error)
    return True


def _trouble(rollout: Rollout, error: AwsError) -> None:
    log(rollout, f"AWS: {error}")
    try:
        later(rollout, TRY_AGAIN)
    except Interrupted:
        Rollout.objects.filter(pk=rollout.pk, due_at__lte=timezone.now()).update(
            due_at=timezone.now() + timedelta(seconds=TRY_AGAIN)
        )


JOB = Job("deployments.advance", "Advance rollouts", run, every=3, keep=5, lease=60)
