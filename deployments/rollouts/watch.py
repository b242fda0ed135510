"""What is looked at in every phase of a moved segment: the lease, the target, the alarms, the counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from deployments.engine import verdict as judged
from deployments.engine.fleet import FAILED
from deployments.engine.plan.analysis import UNJUDGED
from deployments.engine.verdict import Verdict
from deployments.judging import measure
from deployments.models import Rollout, RolloutSegment
from deployments.rollouts import places
from deployments.rollouts.asking import ask_person
from deployments.rollouts.claim import LEASE, hold, log
from deployments.rollouts.rollback import turn_back
from deployments.targets.contract import BROKEN, of
from deployments.validations import health
from portal.aws import alarms
from portal.aws.errors import AwsError
from portal.changes import engine
from portal.changes import models as change_states
from portal.changes.kinds import Target


@dataclass(frozen=True)
class Sight:
    """What was seen. `ended`: the segment was stopped by it, and whether the next step can follow at once. `verdict` is None
    where the plan judges no metrics. `trouble`: what could not be read, which is never good news."""

    ended: bool
    follow: bool = False
    verdict: Verdict | None = None
    trouble: str = ""


def watch(rollout: Rollout, segment: RolloutSegment) -> Sight:
    """Renew every lease, then look; a worse canary, an alarm or a target that AWS gave up on is turned back at once."""
    hold(rollout)
    change = segment.change
    if change is None or not _renewed(rollout, change.pk):
        return _back(rollout, segment, "The change was undone by recovery: its lease was over.")
    kind = of(change.target)
    if not kind.change.verify_applied(change.target):
        if not kind.weighted and (progress := kind.progress(change.target)).state == BROKEN:
            return _back(rollout, segment, f"AWS gave up on {segment.name}: {progress.note}.")
        words = f"The {kind.noun} does not show the weight any more: somebody else changed it."
        return Sight(True, ask_person(rollout, segment, words))
    return bad_news(rollout, segment, change.target)


def bad_news(rollout: Rollout, segment: RolloutSegment, target: Target) -> Sight:
    """Alarms, the floor of healthy hosts and the counts: what takes a segment back wherever the rollout stands."""
    ringing, trouble = _ringing(rollout, target)
    if ringing:
        return _back(rollout, segment, f"Alarm {', '.join(ringing)} is in ALARM.")
    floor = health.look(rollout, segment, target)
    if floor.state == FAILED:
        return _back(rollout, segment, floor.note)
    if rollout.plan.plan.analysis.judge == UNJUDGED:
        return Sight(False, False, None, trouble)
    verdict, silent = judge(rollout, segment)
    if verdict.state == judged.WORSE:
        return _back(rollout, segment, verdict.headline, verdict=verdict.state)
    return Sight(False, False, verdict, f"{trouble} {silent}".strip())


def judge(rollout: Rollout, segment: RolloutSegment) -> tuple[Verdict, str]:
    """The verdict, and why there were no new counts, if so: what CloudWatch does not tell is judged as missing."""
    trouble = ""
    view = places.seen_from(rollout, places.target_of(rollout, segment))
    try:
        measure.collect(view, _since(rollout, segment), whole=segment.weight >= 100)
    except AwsError as error:
        trouble = str(error)
        log(rollout, f"counts could not be read: {error}")
    return measure.assess(view, segment), trouble


def _back(rollout: Rollout, segment: RolloutSegment, reason: str, verdict: str = "") -> Sight:
    return Sight(True, turn_back(rollout, segment, reason, verdict=verdict))


def _renewed(rollout: Rollout, current: int) -> bool:
    """Renew all that this rollout has changed; False where the current change has ended."""
    mine = engine.for_owner(rollout.owner).filter(state__in=(change_states.ARMED, change_states.APPLIED))
    return {change.pk: engine.renew(change, LEASE) for change in mine}.get(current, False)


def _ringing(rollout: Rollout, target: Target) -> tuple[list[str], str]:
    """The plan's alarms that are in ALARM, and those that could not be read or are not there."""
    names = rollout.plan.plan.alarms
    if not names:
        return [], ""
    try:
        seen = alarms.states(target["account"], target["region"], names)
    except AwsError as error:
        return [], f"The alarms could not be read: {error}"
    missing = [name for name in names if name not in seen]
    return [name for name in names if seen.get(name) == "ALARM"], (
        f"There is no alarm {', '.join(missing)} in {target['account']} {target['region']}." if missing else ""
    )


def _since(rollout: Rollout, segment: RolloutSegment) -> datetime:
    """When the canary got its first traffic at the segment's place."""
    key = places.key_of(places.target_of(rollout, segment))
    started = [
        row.started_at
        for row in rollout.segments.exclude(started_at=None).order_by("order")
        if places.key_of(places.target_of(rollout, row)) == key
    ]
    return started[0] or timezone.now() if started else timezone.now()
