"""A paused rollout: the traffic stays where it is and is still judged; some pauses end by themselves."""

from __future__ import annotations

from django.db import transaction

from deployments.engine.rollout import State
from deployments.models import Rollout, RolloutSegment
from deployments.models.states import GUARD, TROUBLE
from deployments.rollouts import places
from deployments.rollouts.claim import LEASE, later, log, write
from deployments.rollouts.moving import ASK_AGAIN, gates_agree, open_changes
from deployments.rollouts.watch import bad_news
from deployments.targets.contract import of
from portal.aws.errors import AwsError
from portal.changes import engine
from portal.changes.models import APPLIED


def stay(rollout: Rollout) -> bool:
    """Hold the traffic, roll a worse canary back all the same, and go on once a guard agrees or AWS answers again."""
    for change in open_changes(rollout):
        engine.renew(change, LEASE)
    segment = rollout.segments.filter(order=rollout.segment_index).first()
    if rollout.paused_kind == TROUBLE:
        return _go_on(rollout, "AWS answers again: going on") if _answers(rollout, segment) else _wait(rollout)
    watched = _with_traffic(rollout)
    if watched is not None and watched.change is not None:
        sight = bad_news(rollout, watched, watched.change.target)
        if sight.ended:
            return sight.follow
    if rollout.paused_kind == GUARD and gates_agree(rollout, segment):
        return _go_on(rollout, "the gates agree now: going on")
    return _wait(rollout)


def _with_traffic(rollout: Rollout) -> RolloutSegment | None:
    """The segment whose canary has traffic now: the current one, or the one before where that still waits for a gate."""
    reached = rollout.segments.filter(order__lte=rollout.segment_index, change__state=APPLIED)
    return reached.select_related("change").order_by("-order").first()


def _wait(rollout: Rollout) -> bool:
    later(rollout, ASK_AGAIN)
    return False


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
