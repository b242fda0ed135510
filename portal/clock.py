"""Leases and who may hold them: the clock that all workers share, and transactions that no stopped worker keeps open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone


def database_now() -> datetime:
    """The clock of PostgreSQL, so that a worker whose own clock is wrong neither holds nor takes a lease too long.

    On SQLite the clock of this machine: there is only the one.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


@contextmanager
def brief() -> Iterator[None]:
    """A transaction that PostgreSQL ends once its process is silent for 3 s within it.

    A worker that is stopped (SIGSTOP, a paused machine) would else keep its row locks, and nobody could repair the row.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '3s'")
        yield
