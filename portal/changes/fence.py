"""What this process has armed, kept in memory, for the time in which the database cannot be reached.

While the database answers, its leases rule and `engine.recover` undoes what nobody renews. Where it does not answer once
a lease is over, the process that armed the change undoes it from memory. The row still says armed or applied then; when
the database is back, recovery undoes it once more (which changes nothing) and writes the audit rows.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery.signals import worker_process_init, worker_ready
from django.db import Error, close_old_connections

from portal.changes.kinds import kinds
from portal.changes.models import OPEN, Change
from portal.clock import database_now

log = logging.getLogger(__name__)
AGAIN = 5.0
"""Seconds until an undo that failed is tried again, and until a lease that is over is looked at again."""


@dataclass
class Held:
    """A change of this process, and when its lease is over by a clock that nobody sets."""

    change: Change
    until: float


_held: dict[int, Held] = {}
_lock = threading.Lock()


def remember(change: Change, lease: timedelta) -> None:
    """Keep an armed change in mind until it has ended."""
    with _lock:
        _held[change.pk] = Held(change, time.monotonic() + lease.total_seconds())


def look(now: float) -> int:
    """Look at each change whose lease was to end by `now` (monotonic seconds). Returns how many were undone from memory."""
    with _lock:
        over = [held for held in _held.values() if held.until <= now]
    undone = 0
    for held in over:
        try:
            left = _left(held.change)
        except Error:
            undone += _undo(held, now)
            continue
        if left is None:
            _forget(held)
        else:
            held.until = now + max(AGAIN, left)
    if over:
        close_old_connections()
    return undone


def _left(change: Change) -> float | None:
    """Seconds of its lease by the database, or None where it has ended. Raises Error where nobody can say."""
    close_old_connections()
    row = Change.objects.filter(pk=change.pk, state__in=OPEN).values_list("lease_until", flat=True).first()
    return None if row is None else (row - database_now()).total_seconds()


def _undo(held: Held, now: float) -> int:
    change, kind = held.change, kinds.get(held.change.kind)
    held.until = now + AGAIN
    if kind is None:
        return 0
    try:
        kind.undo(change.target, change.before)
        if not kind.verify_undone(change.target, change.before):
            return 0
    except Exception:
        log.exception("the database is away, and change %s could not be undone from memory yet", change.pk)
        return 0
    log.critical("the database is away: change %s was undone from memory", change.pk)
    _forget(held)
    return 1


def _forget(held: Held) -> None:
    with _lock:
        _held.pop(held.change.pk, None)


@worker_process_init.connect
@worker_ready.connect
def watch(**_: Any) -> None:
    """Look each second, in every process of a worker."""
    threading.Thread(target=_watch, name="fence", daemon=True).start()


def _watch() -> None:
    pause = threading.Event()
    while not pause.wait(1.0):
        look(time.monotonic())
