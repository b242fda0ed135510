"""Arm, apply, verify, undo, recover: written once for rollouts, faults and gates.

Rules: what was seen before and how to undo it is committed before AWS is touched; after a crash `armed` counts as
applied; undo is idempotent, asks no guard, and is retried until verified; every step leaves an audit row. No AWS call
happens inside a database transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from portal.access import audit
from portal.changes.kinds import Kind, kinds
from portal.changes.models import APPLIED, ARMED, GOES_ON, KEPT, OPEN, UNDO_FAILED, UNDOING, UNDONE, Change
from portal.clock import brief, database_now

log = logging.getLogger(__name__)
UNDO_LEASE = timedelta(seconds=60)
BACKOFF_MAX = timedelta(minutes=5)
LOOK_AT_UNDO = timedelta(seconds=5)


class NotVerified(Exception):
    """AWS accepted the call, but looking again does not show what was asked for."""


class NotOpen(Exception):
    """The change has already ended, or another worker is at it."""


def _kind(key: str) -> Kind:
    kind = kinds.get(key)
    if kind is None:
        raise ValueError(f"kind of change {key!r} is not known: switch its plugin on")
    return kind


def _move(change: Change, states: tuple[str, ...], action: str, severity: str = "medium", **fields: Any) -> Change:
    """Compare and set, with its audit row in the same transaction. Raises NotOpen where another worker was first."""
    with brief():
        mine = Change.objects.filter(pk=change.pk, fence=change.fence, state__in=states)
        if not mine.update(fence=F("fence") + 1, **fields):
            raise NotOpen(f"change {change.pk} is no longer {' or '.join(states)}, or another worker is at it")
        detail = {"kind": change.kind, "owner": change.owner, "on": change.target}
        audit.record(change.by, f"change.{action}", f"change:{change.pk}", severity=severity, **detail)
    change.refresh_from_db()
    return change


def arm(kind: str, target: dict[str, Any], *, owner: str, by: str, lease: timedelta, reason: str) -> Change:
    """Look at the target and commit how to undo what is about to be done. Raises AwsError, or ValueError."""
    before, target = _kind(kind).observe(target), _kind(kind).mark(target)
    with transaction.atomic():
        change = Change.objects.create(
            kind=kind, target=target, before=before, owner=owner, by=by,
            reason=reason[:300], lease_until=database_now() + lease,
        )  # fmt: skip
        audit.record(by, "change.arm", f"change:{change.pk}", severity="high", kind=kind, on=target, before=before)
    return change


def apply(change: Change, perform: Callable[[Kind, dict[str, Any]], None] | None = None) -> Change:
    """Apply an armed change and prove it. On AwsError or NotVerified it stays armed, so that recovery undoes it.

    `perform(kind, target)` may carry the call out elsewhere, such as in a process of its own.
    """
    if change.state != ARMED:
        raise NotOpen(f"change {change.pk} is {change.state}, not armed: it is applied at most once")
    kind = _kind(change.kind)
    # The fence is taken before the call: of two workers only one may reach AWS.
    mine = Change.objects.filter(pk=change.pk, state=ARMED, fence=change.fence, applied_at=None)
    if not mine.update(fence=F("fence") + 1, applied_at=timezone.now()):
        raise NotOpen(f"change {change.pk} is already being applied by another worker")
    change.refresh_from_db()
    try:
        if perform is None:
            kind.apply(change.target)
        else:
            perform(kind, change.target)
        if not kind.verify_applied(change.target):
            raise NotVerified(f"{kind.title}: AWS does not show the change")
        return _move(change, (ARMED,), "apply", state=APPLIED)
    except Exception:
        # Another worker may have undone this change while our call was on its way: what landed since must go too.
        if Change.objects.filter(pk=change.pk, state__in=(UNDOING, UNDONE, UNDO_FAILED)).exists():
            kind.undo(change.target, change.before)
        raise


def confirm(change: Change) -> Change | None:
    """Prove a try that was cut short: applied where AWS shows the change, None where it does not (yet). Raises AwsError.

    Raises NotOpen where the change is no longer armed.
    """
    if change.state != ARMED:
        raise NotOpen(f"change {change.pk} is {change.state}, not armed")
    return _move(change, (ARMED,), "apply", state=APPLIED) if _kind(change.kind).verify_applied(change.target) else None


def renew(change: Change, lease: timedelta) -> bool:
    """Say that the change is still wanted. False where it has ended or is being undone."""
    wanted = Change.objects.filter(pk=change.pk, state__in=(ARMED, APPLIED))
    return bool(wanted.update(lease_until=database_now() + lease))


def keep(change: Change, reason: str) -> Change:
    """The change becomes the new normal and will not be undone."""
    return _move(change, (APPLIED,), "keep", state=KEPT, reason=reason[:300])


def undo(change: Change, reason: str) -> Change:
    """Put back what was seen before, and prove it. Never raises for AWS: a failure is kept and retried by `recover`.

    Raises NotOpen where the change has ended or another worker is undoing it.
    """
    change = _move(
        change, OPEN, "undo", state=UNDOING, reason=reason[:300],
        attempts=F("attempts") + 1, lease_until=database_now() + UNDO_LEASE,
    )  # fmt: skip
    try:
        kind = _kind(change.kind)
        kind.undo(change.target, change.before)
        if not kind.verify_undone(change.target, change.before):
            if kind.undoing(change.target, change.before):
                return _goes_on(change, kind)
            raise NotVerified(f"{kind.title}: AWS does not show the state from before yet")
    except Exception as error:
        log.exception("undo of change %s failed", change.pk)
        wait = min(BACKOFF_MAX, timedelta(seconds=2 ** min(change.attempts, 9)))
        return _move(
            change, (UNDOING,), "undo-failed", severity="critical",
            state=UNDO_FAILED, error=f"{type(error).__name__}: {error}"[:2000], lease_until=database_now() + wait,
        )  # fmt: skip
    return _move(change, (UNDOING,), "undone", state=UNDONE, error="", undone_at=timezone.now())


def _goes_on(change: Change, kind: Kind) -> Change:
    """AWS is at it: look again soon. The state is the same as after a failure, since it is what is taken up again.

    It was no attempt that failed, so it does not count as one.
    """
    error, again = f"{kind.title}: {GOES_ON}", database_now() + LOOK_AT_UNDO
    return _move(
        change, (UNDOING,), "undo-goes-on", severity="low",
        state=UNDO_FAILED, error=error, lease_until=again, attempts=F("attempts") - 1,
    )  # fmt: skip


def look_again(change: Change) -> Change:
    """Look once more at an undone change whose call may have been on its way still: what landed late is undone again.

    Raises AwsError; NotOpen where another worker is at it.
    """
    if change.state != UNDONE or _kind(change.kind).verify_undone(change.target, change.before):
        return change
    late = _move(
        change, (UNDONE,), "landed-late", severity="high",
        state=UNDO_FAILED, error="The call landed after the undo.", undone_at=None, lease_until=database_now(),
    )  # fmt: skip
    return undo(late, change.reason)


def recover(now: datetime | None = None) -> int:
    """Undo every open change whose lease is over, newest first. Returns how many were put back."""
    moment = now or database_now()
    undone = 0
    for change in Change.objects.filter(state__in=OPEN, lease_until__lt=moment).order_by("-id"):
        try:
            done = undo(change, change.reason if change.state == UNDO_FAILED else "Nobody renewed its lease.")
        except NotOpen:
            continue
        undone += done.state == UNDONE
    return undone


def for_owner(owner: str) -> QuerySet[Change]:
    """The changes of one rollout, experiment run or gate, oldest first."""
    return Change.objects.filter(owner=owner)
