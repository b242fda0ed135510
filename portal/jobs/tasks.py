"""Doorbells. Each fetches, calls the verb, and is done."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from portal.jobs import runner
from portal.jobs.models import Beat
from portal.jobs.tick import tick as run_tick

log = logging.getLogger(__name__)


@shared_task(name="portal.jobs.tick")
def tick() -> None:
    """Every two seconds: due schedules, lost runs."""
    Beat.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
    run_tick()


@shared_task(name="portal.jobs.execute")
def execute(run_id: int) -> None:
    """Do one run."""
    runner.execute(run_id)


def send(run_id: int, queue: str) -> None:
    """Ring for a run. A broker that is away is no error here: the sweep rings again."""
    try:
        execute.apply_async(args=(run_id,), queue=queue, expires=3600, retry=False)
    except Exception as error:  # noqa: BLE001 kombu raises each transport's own errors
        log.warning("the broker could not be reached (%s); run %s waits for the sweep", error, run_id)
