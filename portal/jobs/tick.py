"""The tick: turn due schedules into runs. Any number of beats may call it at once."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.jobs.cron import late, next_after, slots
from portal.jobs.models import ACTIVE, QUEUED, SKIPPED, Run, Schedule
from portal.jobs.queue import ring
from portal.jobs.runner import sweep
from portal.plugins import jobs

RARE = 300
"""Seconds. Slots of intervals shorter than this are not missed by anybody: the next one follows at once."""
MOST_SHOWN, MOST_COUNTED = 50, 1000
"""How many missed slots become rows of their own (of an interval only one), and how many are counted at all."""
NEAR = timedelta(hours=1)


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

    The unique key (schedule, slot) and the compare-and-set on `next_at` each suffice. Where nobody was there for several
    slots only the newest may still run; those before it become visible skipped rows, never a burst.
    """
    first = schedule.next_at
    following = next_after(schedule.cron, schedule.every, schedule.timezone, now)
    slot, missed, more = _due(schedule, now)
    try:
        with transaction.atomic():
            if not Schedule.objects.filter(pk=schedule.pk, next_at=first, enabled=True).update(next_at=following):
                return False
            for number, old in enumerate(missed):
                reason = _missed(old, now) + (f" {more} more before it were missed too." if more and not number else "")
                _record(schedule, old, SKIPPED, reason, now)
            state, reason = _fate(schedule, slot, now)
            if state is None:
                return bool(missed)
            run = _record(schedule, slot, state, reason, now)
            if state == QUEUED:
                ring(run)
    except IntegrityError:
        return False
    return True


def _due(schedule: Schedule, now: datetime) -> tuple[datetime, list[datetime], int]:
    """The slot that is due, those before it that were missed (the newest of them), and how many more there were.

    Nothing is missed where one run stands for all ("once"), or where the slots of an interval follow each other at once.
    """
    rule = (schedule.cron, schedule.every, schedule.timezone)
    if schedule.misfire == "once" or (schedule.every is not None and schedule.every < RARE):
        return schedule.next_at, [], 0
    shown = MOST_SHOWN if schedule.every is None else 1
    found = deque([schedule.next_at], maxlen=shown + 1)
    count = 1
    for slot in islice(slots(*rule, schedule.next_at, now), MOST_COUNTED):
        found.append(slot)
        count += 1
    if count > MOST_COUNTED:
        found.extend(slots(*rule, max(found[-1], now - timedelta(seconds=schedule.grace) - NEAR), now))
    *missed, newest = found
    return newest, missed, count - len(found)


def _missed(slot: datetime, now: datetime) -> str:
    minutes = int((now - slot).total_seconds() // 60)
    return f"Skipped: no worker was there in time; the slot was {minutes} min old."


def _record(schedule: Schedule, slot: datetime, state: str, reason: str, now: datetime) -> Run:
    job = jobs.get(schedule.job)
    return Run.objects.create(
        job=schedule.job, schedule=schedule, slot=slot, args=schedule.args, requested_by="schedule",
        state=state, error=reason, ended_at=now if state == SKIPPED else None,
        max_attempts=job.max_attempts if job else 1,
    )  # fmt: skip


def _fate(schedule: Schedule, slot: datetime, now: datetime) -> tuple[str | None, str]:
    """Run it, skip it with a visible reason, or (an interval whose last run still goes on) let it pass."""
    busy = schedule.runs.filter(state__in=ACTIVE).exists()
    if busy and schedule.every is not None:
        return None, ""
    if busy:
        return SKIPPED, "Skipped: the run of the slot before was still going on."
    if late(slot, now, schedule.grace) and schedule.misfire == "skip":
        return SKIPPED, _missed(slot, now)
    return QUEUED, ""
