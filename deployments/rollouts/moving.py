"""Moving a segment: ask the gates, arm, apply, and follow AWS until the segment is there."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from deployments import ingest, report
from deployments.engine.rollout import State
from deployments.gates import ask as gates
from deployments.models import Rollout, RolloutSegment
from deployments.models.states import ARMED, GUARD, MOVING, SUCCEEDED, VALIDATING, WAITING, ZONE
from deployments.rollouts import places
from deployments.rollouts.claim import LEASE, enter, hold, later, log, write
from deployments.rollouts.rollback import turn_back
from deployments.rollouts.watch import watch
from deployments.targets.contract import BROKEN, SETTLED, Moved, Progress, TargetKind, name_of, of
from deployments.targets.traffic import share_of
from portal.changes import engine
from portal.changes import models as change_states
from portal.changes.engine import NotOpen, NotVerified
from portal.changes.kinds import Target
from portal.changes.models import Change

ASK_AGAIN = 10.0
LOOK_EVERY = 3.0
MOST_TRIES = 3
CUT_SHORT = "The try was cut short."
TAKEN_BACK = (change_states.UNDONE, change_states.UNDOING, change_states.UNDO_FAILED)
WHOLE = 1 - 1e-6


def arm(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Ask the gates, then commit what will be changed and how to undo it."""
    if not gates_agree(rollout, segment):
        reasons = "; ".join(f"{gate['title']}: {gate['note']}" for gate in rollout.gates if gate["blocks"])
        with transaction.atomic():
            write(rollout, state=str(State.PAUSED), paused_kind=GUARD, paused_reason=reasons[:500])
            log(rollout, f"{segment.name} stopped. {reasons}")
            later(rollout, ASK_AGAIN)
        return False
    target = places.target_of(rollout, segment)
    going = _going(rollout, segment, target)
    if going is not None:
        return _moving(rollout, segment, going, f"{segment.name}: AWS moves on by itself")
    change = _armed_before(rollout, segment)
    if change is None:
        hold(rollout)
        kind, reason = of(target), f"{rollout.entity.name} {rollout.version}: {segment.name}, {segment.weight:g} %"
        armed = _armed_target(rollout, segment, target)
        change = engine.arm(
            kind.change.key, armed, owner=rollout.owner, by=rollout.created_by, lease=LEASE, reason=reason
        )
    enter(rollout, segment, ARMED, change=change)
    return True


def apply(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Set the armed weight and prove it. A try that was cut short is proven where it has landed, else put back and made anew."""
    change = segment.change
    if change is not None and change.reason == CUT_SHORT and change.state in TAKEN_BACK:
        return _again(rollout, segment, change)
    if change is None or change.state in TAKEN_BACK:
        return turn_back(rollout, segment, "Nobody renewed the change's lease, so recovery sent the traffic back.")
    if change.state == change_states.ARMED and change.applied_at is not None:
        hold(rollout)
        landed = engine.confirm(change)
        if landed is None:
            return _again(rollout, segment, change)
        change = landed
    if change.state == change_states.ARMED:
        hold(rollout)
        try:
            change = engine.apply(change)
        except (Moved, NotVerified) as error:
            return turn_back(rollout, segment, str(error))
        except NotOpen:
            later(rollout, ASK_AGAIN)
            return False
    _settle(rollout, change)
    return _moving(rollout, segment, change, _moved(segment, change))


def follow(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Wait until AWS has moved the segment, and look at alarms and counts meanwhile."""
    sight = watch(rollout, segment)
    if sight.ended or segment.change is None:
        return sight.follow
    target = segment.change.target
    progress = of(target).progress(target)
    if progress.state == BROKEN:
        return turn_back(rollout, segment, f"AWS gave up on {segment.name}: {progress.note or 'it does not say why'}.")
    if _is_there(segment, of(target), progress):
        enter(rollout, segment, VALIDATING)
        return True
    limit = _limit(rollout, segment)
    if _waited(segment) > limit:
        there = f"{progress.share:.0%}".replace("%", "\u202f%")
        return turn_back(rollout, segment, f"AWS has not moved {segment.name} within {limit} s: {there} is there.")
    later(rollout, LOOK_EVERY)
    return False


def gates_agree(rollout: Rollout, segment: RolloutSegment | None = None) -> bool:
    """Ask all gates, and keep their answers; a rollout that waits for them says what still holds it."""
    answers = gates.ask(rollout, segment)
    held = {"paused_reason": gates.reasons(answers)} if rollout.paused_kind == GUARD else {}
    write(rollout, gates=gates.stored(answers), **held)
    return not any(gate.blocks for gate in answers)


def promoted(rollout: Rollout) -> None:
    """Once the last weight has passed, every change becomes the new normal."""
    for change in open_changes(rollout):
        if change.state == change_states.APPLIED:
            kind = of(change.target)
            with transaction.atomic():
                engine.keep(change, f"{rollout.version} has taken over.")
                log(rollout, f"{kind.noun} {name_of(change.target)} keeps {kind.describe(change.target['to'])}")
                ingest.from_rollout(rollout, SUCCEEDED, timezone.now())


def open_changes(rollout: Rollout) -> list[Change]:
    """What this rollout has changed and not yet made the new normal."""
    return list(engine.for_owner(rollout.owner).filter(state__in=(change_states.ARMED, change_states.APPLIED)))


def _moving(rollout: Rollout, segment: RolloutSegment, change: Change, text: str) -> bool:
    engine.renew(change, LEASE)
    with transaction.atomic():
        enter(rollout, segment, MOVING, change=change, started_at=timezone.now())
        log(rollout, text)
        report.publish(rollout)
    return True


def _is_there(segment: RolloutSegment, kind: TargetKind, progress: Progress) -> bool:
    if progress.state == SETTLED:
        return True
    if kind.weighted:
        return False
    if segment.kind == ZONE:
        return (progress.zones or {}).get(segment.zone, 0.0) >= WHOLE
    return segment.weight < 100 and progress.share >= segment.weight / 100 * WHOLE


def _going(rollout: Rollout, segment: RolloutSegment, target: Target) -> Change | None:
    """The change of an earlier segment that covers this one too: AWS moves such a target as a whole."""
    if of(target).weighted:
        return None
    key = places.key_of(target)
    earlier = rollout.segments.filter(order__lt=segment.order, change__isnull=False).select_related("change")
    changes = [row.change for row in earlier.order_by("-order") if row.change is not None]
    return next((change for change in changes if places.key_of(change.target) == key), None)


def _armed_target(rollout: Rollout, segment: RolloutSegment, target: Target) -> dict[str, Any]:
    key, kind = places.key_of(target), of(target)
    earlier = rollout.segments.filter(order__lt=segment.order, change__isnull=False).select_related("change")
    last = [row.change for row in earlier.order_by("order") if row.change and places.key_of(row.change.target) == key]
    expected = last[-1].target["to"] if last else target["restore"]
    to = kind.wanted(target, target["restore"], segment.weight)
    return {**target, "to": to, "expected": expected, "segment": segment.order}


def _armed_before(rollout: Rollout, segment: RolloutSegment) -> Change | None:
    """A change that was armed for this segment by a worker that died before it could say so."""
    found = [change for change in open_changes(rollout) if change.target.get("segment") == segment.order]
    return next((change for change in found if change.state == change_states.ARMED and change.applied_at is None), None)


def _settle(rollout: Rollout, current: Change) -> None:
    """The earlier weights of the place live on in this change, whose undo goes back to before all of them."""
    key = places.key_of(current.target)
    for change in open_changes(rollout):
        if change.pk != current.pk and change.state == change_states.APPLIED and places.key_of(change.target) == key:
            engine.keep(change, f"Carried on by change {current.pk}.")


def _again(rollout: Rollout, segment: RolloutSegment, change: Change) -> bool:
    """Put back what may have landed of a try that was cut short, in as many looks as AWS needs; then try anew."""
    if change.state != change_states.UNDONE:
        try:
            change = engine.undo(change, CUT_SHORT)
        except NotOpen:
            later(rollout, ASK_AGAIN)
            return False
    tries = engine.for_owner(rollout.owner).filter(target__segment=segment.order, state=change_states.UNDONE).count()
    if tries >= MOST_TRIES or _waited(segment) > _limit(rollout, segment):
        why = change.error or f"{tries} tries failed"
        return turn_back(rollout, segment, f"{segment.name} could not be applied: {why}.")
    if change.state != change_states.UNDONE:
        later(rollout, ASK_AGAIN)
        return False
    with transaction.atomic():
        enter(rollout, segment, WAITING, change=None)
        log(rollout, f"{segment.name}: a try was cut short and put back; trying again")
    return True


def _waited(segment: RolloutSegment) -> float:
    return (timezone.now() - (segment.phase_at or timezone.now())).total_seconds()


def _limit(rollout: Rollout, segment: RolloutSegment) -> int:
    return rollout.plan.plan.segments[segment.order].timeout_seconds


def _moved(segment: RolloutSegment, change: Change) -> str:
    kind, target = of(change.target), change.target
    before, back = share_of(change.before, target["canary"]) * 100, kind.describe(target["restore"])
    where = f"{kind.noun} {name_of(target)}"
    return f"weight {before:g} % → {segment.weight:g} % on {where} · undo armed: back to {back}"
