"""Move due rollouts on by as many short steps as each can take now. Each step may be the last one of this process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from deployments.engine.rollout import State
from deployments.models import Rollout
from deployments.models.states import TROUBLE
from deployments.rollouts import paused, rollback, steps
from deployments.rollouts.claim import Interrupted, claimed, due, later, log, write
from portal.aws.errors import AwsError
from portal.jobs import doorbell
from portal.jobs.context import JobContext
from portal.plugins import Job

logger = logging.getLogger(__name__)
ADVANCE_ONE = "deployments.advance_rollout"
MOST_STEPS = 8
TRY_AGAIN = 10.0
PATIENCE = timedelta(minutes=2)
"""How long AWS may fail to answer before a running rollout is paused."""
RUNG_FOR = timedelta(seconds=20)
FEW = 2
"""Up to so many due rollouts are advanced at once; more are rung for, so that every worker takes a part."""

STEPS: dict[str, Callable[[Rollout], bool]] = {
    State.PLANNED: steps.begin,
    State.RUNNING: steps.run,
    State.PAUSED: paused.stay,
    State.ROLLING_BACK: rollback.put_back,
}


def run(context: JobContext) -> dict[str, Any]:
    """Advance the rollouts that are due and free, or ring for each of them where there are many."""
    found = list(due(timezone.now()).values_list("pk", flat=True))
    if len(found) > FEW:
        return {"rung": ring(found)}
    for pk in found:
        context.check()
        advance(pk)
    return {"advanced": len(found)}


def ring(found: list[int], now: datetime | None = None) -> int:
    """Send one message for each rollout that nobody has been told about; a lost one is sent again after 20 seconds."""
    moment = now or timezone.now()
    silent = Q(rung_until=None) | Q(rung_until__lt=moment)
    rung = 0
    for pk in found:
        if Rollout.objects.filter(silent, pk=pk).update(rung_until=moment + RUNG_FOR):
            rung += doorbell.tell(ADVANCE_ONE, pk, expires=RUNG_FOR.total_seconds())
    return rung


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
            if rollout.trouble_since is not None and rollout.paused_kind != TROUBLE:
                write(rollout, trouble_since=None)
        except Interrupted:
            logger.info("rollout %s was moved while it was being advanced", pk)
        except AwsError as error:
            _trouble(rollout, error)
    return True


def _trouble(rollout: Rollout, error: AwsError) -> None:
    """Try again; after two minutes stop safely: what is armed stays armed, and a person can resume or roll back."""
    log(rollout, f"AWS: {error}")
    now = timezone.now()
    try:
        if rollout.trouble_since is None:
            write(rollout, trouble_since=now)
        elif rollout.state == State.RUNNING and now - rollout.trouble_since > PATIENCE:
            reason = f"AWS has not answered for two minutes: {error}"[:500]
            write(rollout, state=str(State.PAUSED), paused_kind=TROUBLE, paused_reason=reason)
        later(rollout, TRY_AGAIN)
    except Interrupted:
        due_rows = Rollout.objects.filter(pk=rollout.pk, due_at__lte=now)
        due_rows.update(due_at=now + timedelta(seconds=TRY_AGAIN))


JOB = Job("deployments.advance", "Advance rollouts", run, every=2, keep=5, lease=60)
