"""Who may move a run: leases with a fence token, and transitions by compare-and-set with their log and audit rows."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from chaos.engine.states import TRANSITIONS, UNDER_FAULT, Move, State
from chaos.models import FINAL_STATES, ExperimentRun, RunEvent
from portal.access import audit

LEASE = timedelta(seconds=15)
"""How long a silent worker holds a run. Renewed with every write."""


class Lost(Exception):
    """Another worker holds the run now; nothing more may be written or called."""


def due(now: datetime) -> list[int]:
    """Ids of runs that want attention: due, and held by nobody (or by somebody whose lease is over)."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    rows = ExperimentRun.objects.exclude(state__in=FINAL_STATES).filter(free, due_at__lte=now)
    # Runs under a fault come first: a repair must not wait behind a start.
    return [
        pk for pk, _ in sorted(rows.values_list("pk", "state"), key=lambda row: (row[1] not in UNDER_FAULT, row[0]))
    ]


def take(pk: int) -> tuple[ExperimentRun, bool] | None:
    """Take the run, or None where another worker was first. The flag says that its holder before was lost."""
    now = timezone.now()
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
    fields = {"lease_until": timezone.now() + LEASE, **fields}
    if not ExperimentRun.objects.filter(pk=run.pk, token=run.token).update(**fields):
        raise Lost(f"run {run.pk} was taken over by another worker")
    for name, value in fields.items():
        setattr(run, name, value)


def log(run: ExperimentRun, text: str) -> None:
    """Append one line to the run's log."""
    RunEvent.objects.create(run=run, state=run.state, text=text[:1000])


def transition(run: ExperimentRun, step: Move, **fields: Any) -> None:
    """Move the run on, with its log line and its audit row in the same transaction. Raises Lost."""
    if step.state not in TRANSITIONS[run.stage]:
        raise ValueError(f"a run cannot go from {run.state} to {step.state}")
    before = run.state
    with transaction.atomic():
        write(run, state=step.state.value, due_at=timezone.now(), **fields)
        log(run, step.reason)
        severity = "critical" if step.state is State.UNDO_FAILED else "high" if step.state is State.INJECTING else "low"
        detail = {"from": before, "to": step.state.value, "reason": step.reason[:300], "service": run.service.ref}
        audit.record(run.requested_by, "chaos.run.move", run.owner, severity=severity, **detail)


def release(run: ExperimentRun, wait: float) -> None:
    """Hand the run back so that any worker may go on with it in `wait` seconds. Raises Lost."""
    write(run, holder="", lease_until=None, due_at=timezone.now() + timedelta(seconds=wait))
