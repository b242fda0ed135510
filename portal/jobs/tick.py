"""The tick: turn due schedules into runs. Any number of beats may call it at once."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.jobs.cron import late, next_after
from portal.jobs.models import ACTIVE, QUEUED, SKIPPED, Run, Schedule
from portal.jobs.queue import ring
from portal.jobs.runner import sweep
from portal.plugins import jobs


def tick(now: datetime | None = None) -> int:
    """Claim what is due, ring for it, and sweep. Returns the number of slots claimed."""
    moment = now or timezone.now()
    claimed = sum(
        claim(schedule, moment) for schedule in Schedule.objects.filter(enabled=True, next_at__lte=moment)[:200]
    )
    sweep()
    return claimed


def claim(schedule: Schedule, now: datetime) -> bool:
    """Claim the schedule's slot in one transaction; False where another beat was first.

    The slot is `next_at`. The unique key (schedule, slot) and the compare-and-set on `next_at` each suffice.
    """
    slot = schedule.next_at
    following = next_after(schedule.cron, schedule.every, schedule.timezone, now)
    try:
        with transaction.atomic():
            if not Schedule.objects.filter(pk=schedule.pk, next_at=slot, enabled=True).update(next_at=following):
                return False
            state, reason = _fate(schedule, slot, now)
            if state is None:
                return False
            job = jobs.get(schedule.job)
            run = Run.objects.create(
                job=schedule.job, schedule=schedule, slot=slot, args=schedule.args, requested_by="schedule",
                state=state, error=reason, ended_at=now if state == SKIPPED else None,
                max_attempts=job.max_attempts if job else 1,
            )  # fmt: skip
            if state == QUEUED:
                ring(run)
    except IntegrityError:
        return False
    return True


def _fate(schedule: Schedule, slot: datetime, now: datetime) -> tuple[str | None, str]:
    """Run it, skip it with a visible reason, or (an interval whose last run still goes on) let it pass."""
    busy = schedule.runs.filter(state__in=ACTIVE).exists()
    if busy and schedule.every is not None:
        return None, ""
    if busy:
        return SKIPPED, "Skipped: the run of the slot before was still going on."
    if late(slot, now, schedule.grace) and schedule.misfire == "skip":
        minutes = int((now - slot).total_seconds() // 60)
        return SKIPPED, f"Skipped: no worker was there in time; the slot was {minutes} min old."
    return QUEUED, ""
