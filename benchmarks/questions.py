"""What it costs to ask a portal something, within a process that has Django."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.processes import spent


def took(ask: Callable[[], object], times: int = 10) -> float:
    """Milliseconds of processor time, the database's too, on average; the first try only warms up."""
    ask()
    before = used()
    for _ in range(times):
        ask()
    return 1000 * (used() - before) / times


def used() -> float:
    """Processor seconds of this process and of its backend, which works alone so that nothing is left out."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        return time.process_time() + spent(cursor.fetchone()[0])
