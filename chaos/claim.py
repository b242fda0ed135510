"""Who may move a run: leases with a fence token, and transitions by compare-and-set with their log and audit rows."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from chaos import halts
from chaos.engine.states import TRANSITIONS, UNDER_FAULT, Move, State
from chaos.engine.verdicts import Ended
from chaos.models import FINAL_STATES, ExperimentRun, RunEvent
from portal.access import audit
from portal.clock import brief, database_now

LEASE = timedelta(seconds=15)
"""How long a silent worker holds a run, by the database's clock. Renewed with every write."""
STOPPABLE = [State.SCHEDULED, State.CLAIMED, State.CHECKING, State.INJECTING, State.OBSERVING]
"""States in which an abort or a halt is answered at once, however long the run meant to wait."""
STARTS = frozenset({State.CLAIMED, State.INJECTING})
"""A run that goes there has started: a halt that is committed forbids it."""


class Lost(Exception):
    """Another worker holds the run now; nothing more may be written or called."""


def due(now: datetime) -> list[int]:
    """Ids of runs that want attention: due or asked to stop, and held by nobody (or by somebody whose lease is over)."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    stopped = Q(state__in=STOPPABLE) & (~Q(abort_by="") | halts.covered())
    rows = ExperimentRun.objects.exclude(state__in=FINAL_STATES).filter(free, Q(due_at__lte=now) | stopped)
    # Runs under a fault come first: a repair must not wait behind a start.
    return [
        pk for pk, _ in sorted(rows.values_list("pk", "state"), key=lambda row: (row[1] not in UNDER_FAULT, row[0]))
    ]


def take(pk: int) -> tuple[ExperimentRun, bool] | None:
    """Take the run, or None where another worker was first. The flag says that its holder before was lost."""
    now = database_now()
    run = ExperimentRun.objects.select_related("experiment", "service").get(pk=pk)
    if run.over or (run.lease_until is not None and run.lease_until >= now):
        return None
    holder = f"{socket.gethostname()}:{os.getpid()}"
    mine = ExperimentRun.objects.filter(pk=pk, token=run.token, state=run.state)
    if not mine.update(token=F("token") + 1, holder=holder, lease_until=now + LEASE):
        return None
    crashed = bool(run.holder)
    run.token, run.holder, run.lease_until = run.token + 1, holder, now + LEASE
    return run, crashed


def write(run: ExperimentRun, **fields: Any) -> None:
    """Write fields and renew the lease. Raises Lost where the token is no longer ours."""
    fields = {"lease_until": database_now() + LEASE, **fields}
    if not ExperimentRun.objects.filter(pk=run.pk, token=run.token).update(**fields):
        raise Lost(f"run {run.pk} was taken over by another worker")
    for name, value in fields.items():
        setattr(run, name, value)


def log(run: ExperimentRun, text: str) -> None:
    """Append one line to the run's log."""
    RunEvent.objects.create(run=run, state=run.state, text=text[:1000])


def transition(run: ExperimentRun, step: Move, **fields: Any) -> Move:
    """Move the run on, with its log line and its audit row in the same transaction. Raises Lost.

    Answers the move that was made: a start becomes BLOCKED where a halt was committed before.
    """
    if step.state not in TRANSITIONS[run.stage]:
        raise ValueError(f"a run cannot go from {run.state} to {step.state}")
    before = run.state
    with brief():
        halted = halts.forbids_start(run.service) if step.state in STARTS else ""
        if halted:
            step = Move(State.BLOCKED, f"Kill switch: {halted}")
            fields |= {"ended_because": Ended.KILL_SWITCH.value, "stop_reason": step.reason[:1000]}
        now = database_now()
        if step.state is State.BLOCKED:
            fields["ended_at"] = now
        write(run, state=step.state.value, due_at=now, reason=step.reason[:1000], **fields)
        log(run, step.reason)
        severity = "critical" if step.state is State.UNDO_FAILED else "high" if step.state is State.INJECTING else "low"
        detail = {"from": before, "to": step.state.value, "reason": step.reason[:300], "service": run.service.ref}
        audit.record(run.requested_by, "chaos.run.move", run.owner, severity=severity, **detail)
    return step


def release(run: ExperimentRun, wait: float) -> None:
    """Hand the run back so that any worker may go on with it in `wait` seconds. Raises Lost."""
    write(run, holder="", lease_until=None, due_at=database_now() + timedelta(seconds=wait))
