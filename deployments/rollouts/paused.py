"""A paused rollout: the traffic stays where it is and is still judged; some pauses end by themselves."""

from __future__ import annotations

from django.db import transaction

from deployments.engine import verdict as judged
from deployments.engine.plan.analysis import UNJUDGED
from deployments.engine.rollout import State
from deployments.models import Rollout, RolloutSegment
from deployments.models.states import GUARD, MOVED_STATES, TROUBLE
from deployments.rollouts import places
from deployments.rollouts.claim import LEASE, later, log, write
from deployments.rollouts.moving import ASK_AGAIN, gates_agree, open_changes
from deployments.rollouts.rollback import turn_back
from deployments.rollouts.watch import judge
from deployments.targets.contract import of
from portal.aws.errors import AwsError
from portal.changes import engine


def stay(rollout: Rollout) -> bool:
    """Hold the traffic, roll a worse canary back all the same, and go on once a guard agrees or AWS answers again."""
    for change in open_changes(rollout):
        engine.renew(change, LEASE)
    segment = rollout.segments.select_related("change").filter(order=rollout.segment_index).first()
    if segment is not None and segment.state in MOVED_STATES and _worse(rollout, segment):
        return True
    if rollout.paused_kind == GUARD and gates_agree(rollout):
        return _go_on(rollout, "the gates agree now: going on")
    if rollout.paused_kind == TROUBLE and _answers(rollout, segment):
        return _go_on(rollout, "AWS answers again: going on")
    later(rollout, ASK_AGAIN)
    return False


def _worse(rollout: Rollout, segment: RolloutSegment) -> bool:
    if rollout.plan.plan.analysis.judge == UNJUDGED:
        return False
    verdict, _ = judge(rollout, segment)
    return verdict.state == judged.WORSE and turn_back(rollout, segment, verdict.headline, verdict=verdict.state)


def _answers(rollout: Rollout, segment: RolloutSegment | None) -> bool:
    target = places.target_of(rollout, segment) if segment is not None else rollout.target
    try:
        of(target).change.observe(target)
    except AwsError:
        return False
    return True


def _go_on(rollout: Rollout, text: str) -> bool:
    with transaction.atomic():
        write(rollout, state=str(State.RUNNING), paused_reason="", paused_kind="", trouble_since=None)
        log(rollout, text)
    return True
