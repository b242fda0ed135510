"""Put work in: runs on request, and schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.jobs import doorbell
from portal.jobs.cron import check_rule, next_after
from portal.jobs.models import ACTIVE, Run, Schedule
from portal.plugins import Job, jobs


def ring(run: Run) -> None:
    """Ring the doorbell for a run once the transaction is over. A lost message is rung again by the sweep."""
    job = jobs.get(run.job)
    queue = job.queue if job else "default"
    Run.objects.filter(pk=run.pk).update(rung_at=timezone.now())
    transaction.on_commit(lambda: doorbell.send(run.pk, queue))


def enqueue(
    job_key: str,
    args: dict[str, Any] | None = None,
    *,
    by: str = "",
    unique: str = "",
    due_at: datetime | None = None,
) -> Run:
    """Ask for a run. With `unique`, an active run of the same job and key is returned instead of a second one.

    Raises ValueError for a job that no plugin has registered.
    """
    job = jobs.get(job_key)
    if job is None:
        raise ValueError(f"job {job_key!r} is not known: is its plugin switched on?")
    try:
        with transaction.atomic():
            run = Run.objects.create(
                job=job_key, args=args or {}, requested_by=by, unique=unique,
                due_at=due_at or timezone.now(), max_attempts=job.max_attempts,
            )  # fmt: skip
            ring(run)
    except IntegrityError:
        run = Run.objects.get(job=job_key, unique=unique, state__in=ACTIVE)
    return run


def schedule(
    key: str,
    job_key: str,
    *,
    cron: str | None = None,
    every: int | None = None,
    timezone_name: str = "UTC",
    args: dict[str, Any] | None = None,
    misfire: str = "skip",
    grace: int = 60,
    enabled: bool = True,
    title: str = "",
) -> Schedule:
    """Create the schedule `key` or change it. The next slot moves only where the rule has changed.

    Raises ValueError for a bad rule, time zone or job.
    """
    job = jobs.get(job_key)
    if job is None:
        raise ValueError(f"job {job_key!r} is not known: is its plugin switched on?")
    check_rule(cron or "", every, timezone_name)
    rule = {"cron": cron or "", "every": every, "timezone": timezone_name}
    rest = {
        "job": job_key, "args": args or {}, "misfire": misfire, "grace": grace,
        "enabled": enabled, "title": title or job.title,
    }  # fmt: skip
    with transaction.atomic():
        found = Schedule.objects.select_for_update().filter(key=key).first()
        first = next_after(cron or "", every, timezone_name, timezone.now())
        if found is None:
            return Schedule.objects.create(key=key, next_at=first, **rule, **rest)
        if any(getattr(found, name) != value for name, value in rule.items()) or (enabled and not found.enabled):
            found.next_at = first
        for name, value in (rule | rest).items():
            setattr(found, name, value)
        found.save()
    return found


def unschedule(key: str) -> None:
    """Remove a schedule; its runs stay."""
    Schedule.objects.filter(key=key).delete()


def _scheduled(job: Job) -> bool:
    return bool(job.cron or job.every)


def sync_schedules(sender: Any = None, **_: Any) -> None:
    """Keep a schedule for each registered job that has a rule, and none for jobs that are gone. After migrations."""
    if sender is not None and sender.label != "jobs":
        return
    for job in filter(_scheduled, jobs.items()):
        if Schedule.objects.filter(key=job.key).exists():
            Schedule.objects.filter(key=job.key).update(title=job.title, misfire=job.misfire)
            continue
        schedule(job.key, job.key, cron=job.cron, every=job.every, timezone_name=job.timezone, misfire=job.misfire)
    Schedule.objects.exclude(job__in=[job.key for job in jobs.items()]).update(enabled=False)
