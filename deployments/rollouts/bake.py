"""A baking segment: renew the undo's lease, read the counts, judge, and decide."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from deployments import report
from deployments.engine import verdict as judged
from deployments.engine.plan.segments import Segment
from deployments.engine.rollout import Action, State, decide
from deployments.engine.verdict import Verdict
from deployments.judging import measure
from deployments.models import Rollout, RolloutSegment
from deployments.models.states import DONE, VERDICT
from deployments.rollouts.claim import LEASE, hold, later, log, write
from deployments.rollouts.rollback import turn_back
from deployments.targets.contract import of
from portal.aws.errors import AwsError
from portal.changes import engine

LOOK_EVERY = 3.0
PAUSED_LOOK = 10.0


def look(rollout: Rollout, segment: RolloutSegment) -> bool:
    """One look: pass the segment, wait, ask a person, or turn back."""
    hold(rollout)
    change = segment.change
    if change is None or not engine.renew(change, LEASE):
        return turn_back(rollout, segment, "The change was undone by recovery: its lease was over.")
    kind = of(change.target)
    if not kind.change.verify_applied(change.target):
        words = f"The {kind.noun} does not show the weight any more: somebody else changed it."
        return ask_person(rollout, segment, words)
    verdict, trouble = _judge(rollout, segment)
    elapsed = (timezone.now() - (segment.started_at or timezone.now())).total_seconds()
    decision = decide(_plain(segment), elapsed, verdict, early=rollout.plan.plan.early)
    if decision.action == Action.ROLL_BACK:
        return turn_back(rollout, segment, decision.reason, verdict=verdict.state)
    if decision.action == Action.PAUSE:
        return ask_person(rollout, segment, f"{decision.reason} {trouble}".strip())
    if decision.action == Action.PASS:
        return finish(rollout, segment, verdict)
    later(rollout, decision.due_in)
    return False


def worse_while_paused(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Judge on while the rollout is paused: a worse canary is rolled back all the same."""
    verdict, _ = _judge(rollout, segment)
    return verdict.state == judged.WORSE and turn_back(rollout, segment, verdict.headline, verdict=verdict.state)


def finish(rollout: Rollout, segment: RolloutSegment, verdict: Verdict) -> bool:
    """The segment has passed."""
    with transaction.atomic():
        write(rollout, segment_index=rollout.segment_index + 1, last_verdict=verdict.state)
        RolloutSegment.objects.filter(pk=segment.pk).update(state=DONE, finished_at=timezone.now())
    requests = judged.number(verdict.canary_requests)
    log(rollout, f"{segment.name} judged: no worse, e = {verdict.evidence_worse:.2f}, {requests} canary requests")
    report.publish(rollout)
    return True


def ask_person(rollout: Rollout, segment: RolloutSegment, reason: str) -> bool:
    """Pause: without a verdict nobody but a person may go on."""
    write(rollout, state=str(State.PAUSED), paused_kind=VERDICT, paused_reason=reason[:500])
    log(rollout, f"{segment.name} paused. {reason}")
    report.publish(rollout)
    later(rollout, PAUSED_LOOK)
    return False


def _judge(rollout: Rollout, segment: RolloutSegment) -> tuple[Verdict, str]:
    """The verdict, and why there were no new counts, if so: what CloudWatch does not tell is judged as missing."""
    trouble = ""
    try:
        measure.collect(rollout, _first_weight(rollout, segment), whole=segment.weight >= 100)
    except AwsError as error:
        trouble = str(error)
        log(rollout, f"counts could not be read: {error}")
    return measure.assess(rollout, segment), trouble


def _first_weight(rollout: Rollout, segment: RolloutSegment) -> datetime:
    first = rollout.segments.exclude(started_at=None).order_by("order").first()
    return (first.started_at if first else segment.started_at) or timezone.now()


def _plain(segment: RolloutSegment) -> Segment:
    return Segment(
        segment.name,
        segment.share,
        segment.kind,
        segment.weight,
        segment.bake_seconds,
        segment.minimum_requests,
        segment.region,
    )
