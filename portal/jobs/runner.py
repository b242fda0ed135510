"""Take a run, do it, write down how it went. Safe against duplicate rings, dead workers and zombies."""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from portal.access import audit
from portal.clock import database_now
from portal.jobs.context import Cancelled, JobContext, LeaseLost
from portal.jobs.models import CANCELLED, FAILED, LOST, QUEUED, RUNNING, SUCCEEDED, Run
from portal.jobs.queue import ring
from portal.plugins import Job, jobs

log = logging.getLogger(__name__)
RETRY_BASE = timedelta(seconds=10)


def holder() -> str:
    """Who this worker is: host, process and thread."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.current_thread().name}"[:100]


def take(run_id: int) -> Run | None:
    """Compare and set queued → running; None where somebody else was first, or it is not due."""
    now = database_now()
    run = Run.objects.filter(pk=run_id, state=QUEUED, due_at__lte=now).first()
    if run is None:
        return None
    job = jobs.get(run.job)
    lease = job.lease if job else 60
    taken = Run.objects.filter(pk=run_id, state=QUEUED, fence=run.fence).update(
        state=RUNNING, fence=F("fence") + 1, attempt=F("attempt") + 1, holder=holder(),
        lease_until=now + timedelta(seconds=lease), started_at=now, error="",
    )  # fmt: skip
    if not taken:
        return None
    run.refresh_from_db()
    return run


def execute(run_id: int, *, heartbeat: bool = True) -> None:
    """Do one run if it is still there to be done. Never raises for what the job does wrong."""
    run = take(run_id)
    if run is None:
        return
    job = jobs.get(run.job)
    if job is None:
        _finish(run, FAILED, error=f"No plugin offers the job {run.job}: switch its plugin on.")
        return
    context = JobContext(run, job.lease)
    if heartbeat:
        context.start_heartbeat()
    try:
        _finish(run, SUCCEEDED, result=job.run(context), keep=job.keep)
    except LeaseLost:
        log.warning("run %s: lease lost, nothing more is written", run.pk)
    except Cancelled as stop:
        _finish(run, CANCELLED, error=str(stop))
    except Exception as error:
        log.exception("run %s of %s failed", run.pk, run.job)
        _retry_or_fail(run, job, f"{type(error).__name__}: {error}")
    finally:
        context.stop_heartbeat()


def _finish(run: Run, state: str, *, error: str = "", result: Any = None, keep: int = 200) -> None:
    ended = Run.objects.filter(pk=run.pk, fence=run.fence, state=RUNNING).update(
        state=state, error=error[:4000], result=result, ended_at=timezone.now(), lease_until=None
    )
    if ended and state == SUCCEEDED:
        _prune(run, keep)


def _prune(run: Run, keep: int) -> None:
    """Keep the newest `keep` ended runs of a schedule, so that frequent jobs do not fill the table."""
    ended = Run.objects.filter(schedule=run.schedule, job=run.job, ended_at__isnull=False)
    oldest = list(ended.order_by("-id").values_list("id", flat=True)[keep : keep + 1])
    if oldest:
        ended.filter(id__lte=oldest[0]).delete()


def _retry_or_fail(run: Run, job: Job, error: str) -> None:
    if run.attempt >= run.max_attempts:
        _finish(run, FAILED, error=error)
        return
    delay = RETRY_BASE * 2 ** (run.attempt - 1)
    Run.objects.filter(pk=run.pk, fence=run.fence, state=RUNNING).update(
        state=QUEUED, due_at=timezone.now() + delay, error=error[:4000], lease_until=None, rung_at=None
    )


def cancel(run: Run, by: Any) -> bool:
    """Ask a run to stop; a queued one ends at once. False where it has already ended."""
    name = by if isinstance(by, str) else by.get_username()
    now = timezone.now()
    with transaction.atomic():
        queued = Run.objects.filter(pk=run.pk, state=QUEUED)
        done = queued.update(state=CANCELLED, cancel_by=name, ended_at=now, error=f"cancelled by {name}")
        done = done or Run.objects.filter(pk=run.pk, state=RUNNING).update(cancel_by=name)
        if done:
            audit.record(by, "job.cancel", f"run:{run.pk}", severity="medium", job=run.job)
    return bool(done)


def sweep() -> int:
    """Repair what a dead worker or a lost message left: expired leases, runs that nobody was told about.

    A run with attempts left goes back to the queue; else it is marked lost. Returns how many rows were touched.
    """
    now = database_now()
    touched = 0
    for run in Run.objects.filter(state=RUNNING, lease_until__lt=now)[:100]:
        mine = Run.objects.filter(pk=run.pk, fence=run.fence, state=RUNNING, lease_until__lt=now)
        why = f"The worker {run.holder} fell silent."
        if run.attempt < run.max_attempts:
            touched += mine.update(state=QUEUED, fence=F("fence") + 1, error=why, lease_until=None, rung_at=None)
        else:
            touched += mine.update(state=LOST, fence=F("fence") + 1, error=why, lease_until=None, ended_at=now)
    quiet = now - timedelta(seconds=10)
    unheard = Run.objects.filter(Q(rung_at=None) | Q(rung_at__lt=quiet), state=QUEUED, due_at__lte=now)
    for run in unheard[:100]:
        ring(run)
        touched += 1
    return touched
