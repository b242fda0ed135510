"""A worker that is being stopped (warm shutdown) takes nothing new and hands over what it holds."""

from __future__ import annotations

import multiprocessing
from typing import Any

from celery.signals import worker_shutting_down

# Made before the pool forks, so that the processes which do the work see what only their parent is told.
_leaving = multiprocessing.get_context("fork").Event()


def leaving() -> bool:
    """Whether this worker has been told to stop."""
    return _leaving.is_set()


@worker_shutting_down.connect
def leave(**_: Any) -> None:
    """From now on no new work."""
    _leaving.set()
