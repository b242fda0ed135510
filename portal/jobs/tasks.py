"""Doorbells. Each fetches, calls the verb, and is done."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from portal.jobs import runner
from portal.jobs.doorbell import EXECUTE
from portal.jobs.models import Beat
from portal.jobs.tick import tick as run_tick


@shared_task(name="portal.jobs.tick")
def tick() -> None:
    """Every two seconds: due schedules, lost runs."""
    Beat.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
    run_tick()


@shared_task(name=EXECUTE)
def execute(run_id: int) -> None:
    """Do one run."""
    runner.execute(run_id)
