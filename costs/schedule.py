"""When the next cost review is held."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from costs.start import JOB
from portal.jobs.models import ACTIVE, Run, Schedule

MONTHLY = "0 6 1 * *"


def next_review() -> datetime | None:
    """When the next review starts: a run that waits, or the next slot of a schedule; never a moment that is over."""
    now = timezone.now()
    waiting = (
        Run.objects.filter(job=JOB, state__in=ACTIVE, due_at__gt=now)
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
    if waiting is not None:
        return waiting
    return (
        Schedule.objects.filter(job=JOB, enabled=True, next_at__gt=now)
        .order_by("next_at")
        .values_list("next_at", flat=True)
        .first()
    )
