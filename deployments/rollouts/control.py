"""What people do to a rollout: pause, resume, promote, override, abort, roll back, retry.

Only rows change here; the next ring acts on them.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from deployments.engine import verdict as judged
from deployments.engine.rollout import IllegalMove, State, move
from deployments.models import Rollout, RolloutSegment
from deployments.models.states import BAKING, DONE, EXTERNAL, MOVED_STATES, PERSON, WAITING
from deployments.rollouts.claim import log
from deployments.rollouts.start import again
from portal.access import audit


class ReasonWanted(ValueError):
    """This act goes against a verdict, or comes before one: it needs a reason."""


def pause(rollout: Rollout, by: Any, reason: str = "") -> Rollout:
    """Stop before the next weight. The traffic stays as it is, and is still judged. Raises IllegalMove."""
    text = f"paused by {by.get_username()}" + (f": {reason}" if reason else "")
    return _act(rollout, by, State.PAUSED, text, paused_reason=text, paused_kind=PERSON)


def resume(rollout: Rollout, by: Any, reason: str = "") -> Rollout:
    """Go on; a segment that was baking bakes anew. Raises IllegalMove."""
    text = f"resumed by {by.get_username()}" + (f": {reason}" if reason else "")
    with transaction.atomic():
        rollout = _act(rollout, by, State.RUNNING, text, paused_reason="", paused_kind="")
        RolloutSegment.objects.filter(rollout=rollout, state=BAKING).update(phase_at=timezone.now())
    return rollout


def roll_back(rollout: Rollout, by: Any, reason: str = "") -> Rollout:
    """Send all traffic back to the version from before. Raises IllegalMove."""
    text = f"rolled back by {by.get_username()}" + (f": {reason}" if reason else "")
    return _act(rollout, by, State.ROLLING_BACK, text, reason=text, paused_reason="", paused_kind="", finished_at=None)


def abort(rollout: Rollout, by: Any, reason: str = "") -> Rollout:
    """End an active rollout now: what was changed goes back, what was not is left alone. Raises IllegalMove."""
    if not rollout.active:
        raise IllegalMove("Only a rollout that still moves can be aborted; one that has ended can be rolled back.")
    text = f"aborted by {by.get_username()}" + (f": {reason}" if reason else "")
    return _act(rollout, by, State.ROLLING_BACK, text, reason=text, paused_reason="", paused_kind="", finished_at=None)


def promote(rollout: Rollout, by: Any, reason: str = "") -> Rollout:
    """Pass the current segment without waiting for its verdict.

    Raises IllegalMove where none has been moved, ReasonWanted where the canary was not judged no worse and no reason is given.
    """
    with transaction.atomic():
        locked = _lock(rollout)
        segment = locked.segments.filter(order=locked.segment_index).first()
        if segment is None or locked.state not in (State.RUNNING, State.PAUSED) or not passable(segment):
            raise IllegalMove("Only a segment that has its traffic, or that waits for others, can be promoted.")
        overrides = segment.kind != EXTERNAL and not _judged_no_worse(segment)
        if overrides and not reason.strip():
            raise ReasonWanted("This segment has not been judged no worse: say why it may pass all the same.")
        RolloutSegment.objects.filter(pk=segment.pk).update(state=DONE, finished_at=timezone.now())
        verb = "overridden" if overrides else "passed"
        text = f"{segment.name} {verb} by {by.get_username()}" + (f": {reason}" if reason else "")
        locked.state, locked.segment_index = str(State.RUNNING), locked.segment_index + 1
        locked.paused_reason = locked.paused_kind = ""
        return _store(locked, by, "override" if overrides else "promote", text)


def retry(rollout: Rollout, by: Any, reason: str = "") -> Rollout:
    """Start the same rollout once more, by the same plan; the row that failed stays as it is.

    Raises IllegalMove where it has not failed, CannotStart where another one is active.
    """
    if rollout.state not in (State.FAILED, State.ROLLED_BACK):
        raise IllegalMove("Only a rollout that failed or was rolled back can be tried again.")
    return again(rollout, by.get_username(), reason)


def passable(segment: RolloutSegment) -> bool:
    """Whether a person may pass this segment: it has its traffic, or it waits for others."""
    return segment.state in MOVED_STATES or (segment.kind == EXTERNAL and segment.state == WAITING)


def _judged_no_worse(segment: RolloutSegment) -> bool:
    last = segment.judgements.order_by("-id").first()
    return last is not None and last.state == judged.NO_WORSE and segment.state == BAKING


def _act(rollout: Rollout, by: Any, to: State, text: str, **fields: Any) -> Rollout:
    with transaction.atomic():
        locked = _lock(rollout)
        locked.state = str(move(State(locked.state), to))
        for name, value in fields.items():
            setattr(locked, name, value[:500] if isinstance(value, str) else value)
        return _store(locked, by, str(to), text)


def _lock(rollout: Rollout) -> Rollout:
    return Rollout.objects.select_for_update().select_related("entity", "plan").get(pk=rollout.pk)


def _store(rollout: Rollout, by: Any, action: str, text: str) -> Rollout:
    # The token stays: the worker that holds the rollout finds its state changed at its next write, and lets go itself.
    rollout.due_at = timezone.now()
    fields = ["state", "segment_index", "paused_reason", "paused_kind", "reason", "due_at", "finished_at"]
    try:
        with transaction.atomic():
            rollout.save(update_fields=fields)
    except IntegrityError as error:
        raise IllegalMove("Another rollout of this service is active: end that one first.") from error
    log(rollout, text, by.get_username())
    audit.record(
        by, f"rollout.{action}", f"rollout:{rollout.pk}", severity="high", entity=rollout.entity.ref, text=text
    )
    return rollout
