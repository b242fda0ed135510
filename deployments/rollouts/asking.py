"""Stopping for a person: without a verdict nobody else may go on."""

from __future__ import annotations

from django.db import transaction

from deployments import report
from deployments.engine.rollout import State
from deployments.models import Rollout, RolloutSegment
from deployments.models.states import VERDICT
from deployments.rollouts.claim import later, log, write

PAUSED_LOOK = 10.0


def ask_person(rollout: Rollout, segment: RolloutSegment, reason: str, kind: str = VERDICT) -> bool:
    """Pause with a reason; the traffic stays, and what is armed stays armed."""
    with transaction.atomic():
        write(rollout, state=str(State.PAUSED), paused_kind=kind, paused_reason=reason[:500])
        log(rollout, f"{segment.name} paused. {reason}")
        report.publish(rollout)
        later(rollout, PAUSED_LOOK)
    return False
