"""Send all traffic back at every place, and prove it. Guards are not asked; it is tried until it is done."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from deployments import ingest, report
from deployments.engine.rollout import State
from deployments.models import Rollout, RolloutSegment
from deployments.models.states import DONE, ROLLED_BACK, STOPPED
from deployments.rollouts import places
from deployments.rollouts.claim import LEASE, WORKER, hold, later, log, write
from deployments.targets.contract import MOVING, Moved, name_of, of
from deployments.targets.traffic import Traffic, share_of
from portal.access import audit
from portal.aws.errors import AwsError
from portal.changes import engine
from portal.changes.engine import NotOpen, NotVerified
from portal.changes.kinds import Target
from portal.changes.models import OPEN

TRY_AGAIN = 5.0


def turn_back(rollout: Rollout, segment: RolloutSegment, reason: str, *, verdict: str = "") -> bool:
    """Decide to roll back; the next step does it."""
    with transaction.atomic():
        fields = {"last_verdict": verdict} if verdict else {}
        write(rollout, state=str(State.ROLLING_BACK), reason=reason[:500], paused_reason="", paused_kind="", **fields)
        RolloutSegment.objects.filter(pk=segment.pk).update(state=STOPPED, finished_at=timezone.now())
        detail = {"entity": rollout.entity.ref, "reason": reason}
        audit.record(WORKER, "rollout.roll-back", f"rollout:{rollout.pk}", severity="high", **detail)
        log(rollout, f"rolling back: {reason}")
    return True


def put_back(rollout: Rollout) -> bool:
    """Undo this rollout's open changes, then look: the canary must get no traffic any more."""
    hold(rollout)
    reason = rollout.reason or "Rolled back."
    for change in engine.for_owner(rollout.owner).filter(state__in=OPEN).order_by("-id"):
        try:
            engine.undo(change, reason)
        except NotOpen:
            continue
    still = engine.for_owner(rollout.owner).filter(state__in=OPEN).first()
    if still is not None:
        log(rollout, f"the traffic is not back yet, trying again: {still.error}"[:500])
        later(rollout, TRY_AGAIN)
        return False
    if not rollout.restores:
        return _done(rollout, "nothing had been changed")
    proofs = []
    for key, target in places.all_of(rollout).items():
        back = {**target, "restore": rollout.restores[key], "to": rollout.restores[key]}
        # What was asked for and is on its way is neither asked for again nor taken for proven.
        if of(target).progress(back).state == MOVING:
            later(rollout, TRY_AGAIN)
            return False
        seen = of(target).change.observe(back)
        if share_of(seen, target["canary"]) > 0:
            return _reverse(rollout, back, seen, reason)
        proofs.append(f"{of(target).noun} {name_of(target)} serves {of(target).describe(seen)}")
    return _done(rollout, f"proved: {', '.join(proofs)}")


def _reverse(rollout: Rollout, target: Target, seen: Traffic, reason: str) -> bool:
    """Weights that had been kept are taken back by a change of their own."""
    hold(rollout)
    back = {**target, "to": target["restore"], "expected": seen}
    try:
        change = engine.arm(of(target).change.key, back, owner=rollout.owner, by=WORKER, lease=LEASE, reason=reason)
        engine.keep(engine.apply(change), "The version from before is live again.")
    except (AwsError, NotVerified, Moved) as error:
        log(rollout, f"the traffic is not back yet, trying again: {error}")
        later(rollout, TRY_AGAIN)
        return False
    return True


def _done(rollout: Rollout, proof: str) -> bool:
    now = timezone.now()
    with transaction.atomic():
        write(rollout, state=str(State.ROLLED_BACK), finished_at=now)
        rollout.segments.exclude(state=DONE).update(state=STOPPED)
        ingest.from_rollout(rollout, ROLLED_BACK, now)
        audit.record(WORKER, "rollout.rolled-back", f"rollout:{rollout.pk}", severity="high", proof=proof)
        log(rollout, f"rolled back. {proof}")
        report.publish(rollout)
    return False
