"""A baking segment: watch it, and decide."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from deployments import report
from deployments.engine import verdict as judged
from deployments.engine.rollout import LOOK_EVERY, SELDOM, Action, decide
from deployments.engine.verdict import Verdict
from deployments.models import Rollout, RolloutSegment
from deployments.models.states import DONE
from deployments.rollouts.asking import ask_person
from deployments.rollouts.claim import later, log, write
from deployments.rollouts.watch import watch


def look(rollout: Rollout, segment: RolloutSegment) -> bool:
    """One look: pass the segment, wait, ask a person, or turn back."""
    sight = watch(rollout, segment)
    if sight.ended:
        return sight.follow
    elapsed = (timezone.now() - (segment.phase_at or timezone.now())).total_seconds()
    plan, verdict = rollout.plan.plan, sight.verdict
    if verdict is None:
        return _without_metrics(rollout, segment, elapsed, sight.trouble)
    decision = decide(segment.bake_seconds, elapsed, verdict, early=plan.early, period=plan.period)
    if decision.action == Action.PAUSE:
        return ask_person(rollout, segment, f"{decision.reason} {sight.trouble}".strip())
    if decision.action == Action.PASS and not sight.trouble:
        return finish(rollout, segment, verdict)
    later(rollout, decision.due_in or plan.period / 4)
    return False


def _without_metrics(rollout: Rollout, segment: RolloutSegment, elapsed: float, trouble: str) -> bool:
    """The plan judges no metrics: the bake time has to pass with hosts, alarms and tests in order."""
    if elapsed < segment.bake_seconds or trouble:
        later(rollout, min(max(LOOK_EVERY, segment.bake_seconds - elapsed), SELDOM))
        return False
    passed(rollout, segment, f"{segment.name} has baked; its plan judges no metrics")
    return True


def finish(rollout: Rollout, segment: RolloutSegment, verdict: Verdict) -> bool:
    """The segment has passed."""
    requests = judged.number(verdict.canary_requests)
    text = f"{segment.name} judged: no worse, e = {verdict.evidence_worse:.2f}, {requests} canary requests"
    passed(rollout, segment, text, last_verdict=verdict.state)
    return True


def passed(
    rollout: Rollout, segment: RolloutSegment, text: str, *, started_at: datetime | None = None, **fields: str
) -> None:
    """The next segment is at work from now on."""
    now = timezone.now()
    with transaction.atomic():
        write(rollout, segment_index=rollout.segment_index + 1, **fields)
        began = {"started_at": started_at} if started_at else {}
        RolloutSegment.objects.filter(pk=segment.pk).update(state=DONE, finished_at=now, phase_at=now, **began)
        log(rollout, text)
        report.publish(rollout)
