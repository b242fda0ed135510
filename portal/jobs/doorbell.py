"""Ring by a task's name, so that whoever asks for work need not know who does it."""

from __future__ import annotations

import logging
from typing import Any

from portal.celery import app

log = logging.getLogger(__name__)
EXECUTE = "portal.jobs.execute"


def send(run_id: int, queue: str) -> None:
    """Send the message of a run. A broker that is away is no error here: the sweep rings again."""
    tell(EXECUTE, run_id, queue=queue, expires=3600)


def tell(task: str, *args: Any, queue: str = "default", expires: float = 60) -> bool:
    """Ring for any task; False where the broker is away. Whoever calls this rings again by itself."""
    try:
        app.send_task(task, args=args, queue=queue, expires=expires, retry=False)
    except Exception as error:  # noqa: BLE001 kombu raises each transport's own errors
        log.warning("the broker could not be reached (%s); %s%s waits until it is rung again", error, task, args)
        return False
    return True
