"""One step of a rollout: begin, ask the gates, arm, apply, bake. Each returns whether another step can follow at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from deployments import ingest, report
from deployments.engine.rollout import State
from deployments.gates import ask as gates
from deployments.models import Deployment, Rollout, RolloutSegment
from deployments.models.states import ARMED, BAKING, DONE, EXTERNAL, GUARD, SUCCEEDED, WAITING
from deployments.rollouts import bake
from deployments.rollouts.claim import LEASE, WORKER, hold, later, log, write
from deployments.rollouts.rollback import turn_back
from deployments.targets.contract import Moved, name_of, of
from deployments.targets.traffic import share_of
from portal.access import audit
from portal.aws.errors import AwsNotFound
from portal.changes import engine
from portal.changes import models as change_states
from portal.changes.engine import NotOpen, NotVerified
from portal.changes.models import Change

ASK_AGAIN = 10.0
LOOK_OUTSIDE = 15.0
MOST_TRIES = 3


def begin(rollout: Rollout) -> bool:
    """Look at the alias as it is: that is what every undo goes back to."""
    hold(rollout)
    try:
        seen = of(rollout.target).change.observe(rollout.target)
    except AwsNotFound as error:
        return fail(rollout, str(error))
    noun, words = of(rollout.target).noun, of(rollout.target).describe(seen)
    if seen["weights"]:
        return fail(rollout, f"The {noun} already splits its traffic ({words}): end that first.")
    if seen["version"] == rollout.target["canary"]:
        return fail(rollout, f"The {noun} already serves {words}.")
    write(rollout, target={**rollout.target, "restore": seen}, state=str(State.RUNNING))
    report.publish(rollout)
    return True


def run(rollout: Rollout) -> bool:
    """Take the current segment one step on; after the last one the rollout has succeeded."""
    segment = rollout.segments.select_related("change").filter(order=rollout.segment_index).first()
    if segment is None:
        return succeed(rollout)
    if segment.kind == EXTERNAL:
        return external(rollout, segment)
    step = {WAITING: arm, ARMED: apply, BAKING: bake.look}[segment.state]
    return step(rollout, segment)


def pause(rollout: Rollout) -> bool:
    """Hold the traffic where it is, keep judging, and go on by itself once a guard that had stopped it agrees."""
    for change in _open(rollout):
        engine.renew(change, LEASE)
    segment = rollout.segments.select_related("change").filter(order=rollout.segment_index).first()
    if segment is not None and segment.state == BAKING and bake.worse_while_paused(rollout, segment):
        return True
    if rollout.paused_kind == GUARD and _gates_agree(rollout):
        write(rollout, state=str(State.RUNNING), paused_reason="", paused_kind="")
        log(rollout, "the gates agree now: going on")
        return True
    later(rollout, ASK_AGAIN)
    return False


def arm(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Ask the gates, then commit what will be changed and how to undo it."""
    if not _gates_agree(rollout):
        reasons = "; ".join(f"{gate['title']}: {gate['note']}" for gate in rollout.gates if gate["blocks"])[:500]
        write(rollout, state=str(State.PAUSED), paused_kind=GUARD, paused_reason=reasons)
        log(rollout, f"{segment.name} stopped. {reasons}")
        later(rollout, ASK_AGAIN)
        return False
    change = _armed_before(rollout, segment)
    if change is None:
        hold(rollout)
        reason = f"{rollout.entity.name} {rollout.version}: {segment.name}, {segment.weight:g} %"
        target = _target(rollout, segment)
        change = engine.arm(
            of(target).change.key, target, owner=rollout.owner, by=rollout.created_by, lease=LEASE, reason=reason
        )
    with transaction.atomic():
        hold(rollout)
        RolloutSegment.objects.filter(pk=segment.pk).update(change=change, state=ARMED)
    return True


def apply(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Set the armed weight and prove it. A try that was cut short is put back first, and then made anew."""
    change = segment.change
    if change is None or change.state in (change_states.UNDONE, change_states.UNDOING, change_states.UNDO_FAILED):
        return turn_back(rollout, segment, "Nobody renewed the change's lease, so recovery sent the traffic back.")
    if change.state == change_states.ARMED and change.applied_at is not None:
        return _again(rollout, segment, change)
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
    engine.renew(change, LEASE)
    with transaction.atomic():
        hold(rollout)
        RolloutSegment.objects.filter(pk=segment.pk).update(state=BAKING, started_at=timezone.now())
    log(rollout, _moved(rollout, segment, change))
    report.publish(rollout)
    later(rollout, bake.LOOK_EVERY)
    return False


def external(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Wait until somebody reports this version for the segment's region."""
    _promoted(rollout)
    where = Deployment.objects.filter(service=rollout.entity, version=rollout.version, state=SUCCEEDED)
    seen = where.filter(region=segment.region or segment.name).exclude(source=ingest.PORTAL).first()
    if seen is None:
        log(rollout, f"{segment.name} waits for a deployment of {rollout.version} there")
        later(rollout, LOOK_OUTSIDE)
        return False
    with transaction.atomic():
        write(rollout, segment_index=rollout.segment_index + 1)
        now = timezone.now()
        RolloutSegment.objects.filter(pk=segment.pk).update(state=DONE, started_at=seen.started_at, finished_at=now)
    log(rollout, f"{segment.name} done: reported by {seen.source}")
    report.publish(rollout)
    return True


def succeed(rollout: Rollout) -> bool:
    """All segments are done: what was changed is the new normal."""
    _promoted(rollout)
    now = timezone.now()
    with transaction.atomic():
        write(rollout, state=str(State.SUCCEEDED), finished_at=now)
        audit.record(
            WORKER, "rollout.succeed", f"rollout:{rollout.pk}", entity=rollout.entity.ref, version=rollout.version
        )
    log(rollout, f"succeeded: {rollout.version} is live")
    report.publish(rollout)
    return False


def fail(rollout: Rollout, reason: str) -> bool:
    """Give up before anything was changed."""
    now = timezone.now()
    with transaction.atomic():
        write(rollout, state=str(State.FAILED), reason=reason[:500], finished_at=now)
        ingest.from_rollout(rollout, "failed", now)
        audit.record(WORKER, "rollout.fail", f"rollout:{rollout.pk}", severity="medium", reason=reason)
    log(rollout, f"failed: {reason}")
    report.publish(rollout)
    return False


def _gates_agree(rollout: Rollout) -> bool:
    answers = gates.ask(rollout)
    write(rollout, gates=gates.stored(answers))
    return not any(gate.blocks for gate in answers)


def _target(rollout: Rollout, segment: RolloutSegment) -> dict[str, Any]:
    target = rollout.target
    last = rollout.segments.filter(order__lt=segment.order, change__isnull=False).select_related("change").last()
    expected = last.change.target["to"] if last is not None and last.change is not None else target["restore"]
    to = of(target).wanted(target, target["restore"], segment.weight)
    return {**target, "to": to, "expected": expected, "segment": segment.order}


def _open(rollout: Rollout) -> list[Change]:
    return list(engine.for_owner(rollout.owner).filter(state__in=(change_states.ARMED, change_states.APPLIED)))


def _armed_before(rollout: Rollout, segment: RolloutSegment) -> Change | None:
    """A change that was armed for this segment by a worker that died before it could say so."""
    found = [change for change in _open(rollout) if change.target.get("segment") == segment.order]
    return next((change for change in found if change.state == change_states.ARMED and change.applied_at is None), None)


def _settle(rollout: Rollout, current: Change) -> None:
    """The earlier weights live on in this change, whose undo goes back to before all of them."""
    for change in _open(rollout):
        if change.pk != current.pk and change.state == change_states.APPLIED:
            engine.keep(change, f"Carried on by change {current.pk}.")


def _promoted(rollout: Rollout) -> None:
    """Once the last weight has passed, its change becomes the new normal."""
    for change in _open(rollout):
        if change.state == change_states.APPLIED:
            engine.keep(change, f"{rollout.version} has taken over.")
            kind = of(change.target)
            log(rollout, f"{kind.noun} {name_of(change.target)} keeps {kind.describe(change.target['to'])}")
            ingest.from_rollout(rollout, SUCCEEDED, timezone.now())


def _again(rollout: Rollout, segment: RolloutSegment, change: Change) -> bool:
    hold(rollout)
    change = engine.undo(change, "The try was cut short.")
    tries = engine.for_owner(rollout.owner).filter(target__segment=segment.order, state=change_states.UNDONE).count()
    if change.state != change_states.UNDONE or tries >= MOST_TRIES:
        return turn_back(
            rollout, segment, f"{segment.name} could not be applied: {change.error or f'{tries} tries failed'}."
        )
    with transaction.atomic():
        hold(rollout)
        RolloutSegment.objects.filter(pk=segment.pk).update(change=None, state=WAITING)
    log(rollout, f"{segment.name}: a try was cut short and put back; trying again")
    return True


def _moved(rollout: Rollout, segment: RolloutSegment, change: Change) -> str:
    kind, target = of(change.target), change.target
    before, back = share_of(change.before, target["canary"]) * 100, kind.describe(target["restore"])
    where = f"{kind.noun} {name_of(target)}"
    return f"weight {before:g} % → {segment.weight:g} % on {where} · undo armed: back to {back}"
