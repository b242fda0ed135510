"""Statements of the busiest reads: on PostgreSQL each is planned once for a connection and not with every request.

Plain SQL with `%s` marks, the same for both databases. With PREPARE_STATEMENTS=0 (a connection pooler that cannot keep them)
they are sent like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import InterfaceError, OperationalError, connection

Rows = list[tuple[Any, ...]]


def ask(statement: str, values: Sequence[Any] = ()) -> Rows:
    """All rows of a reading statement."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            rows: Rows = cursor.fetchall()
        return rows
    from psycopg import Cursor  # SQLite needs no driver

    connection.ensure_connection()
    connection.close_if_health_check_failed()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, Cursor(connection.connection) as direct:
        direct.execute(statement.encode(), values)
        return direct.fetchall()


def ask_first(statement: str, values: Sequence[Any] = ()) -> Rows:
    """The same as the first statement of a request: it is also the check that the kept connection still stands."""
    if connection.connection is None or connection.in_atomic_block:
        return ask(statement, values)
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return ask(statement, values)
    except (OperationalError, InterfaceError):
        connection.close()
        return ask(statement, values)
