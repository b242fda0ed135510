"""Ring for a run by the task's name, so that whoever asks for work need not know who does it."""

from __future__ import annotations

import logging

from portal.celery import app

log = logging.getLogger(__name__)
EXECUTE = "portal.jobs.execute"


def send(run_id: int, queue: str) -> None:
    """Send the message. A broker that is away is no error here: the sweep rings again."""
    try:
        app.send_task(EXECUTE, args=(run_id,), queue=queue, expires=3600, retry=False)
    except Exception as error:  # noqa: BLE001 kombu raises each transport's own errors
        log.warning("the broker could not be reached (%s); run %s waits for the sweep", error, run_id)
