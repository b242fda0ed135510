"""Is the portal able to work? Each question has a one-sentence answer."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from portal.celery import app
from portal.jobs.models import Beat

BEAT_MAX_AGE = 60


def database() -> str:
    """Can the database be reached?"""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return f"The database cannot be reached ({str(error).splitlines()[0]}): check DATABASE_URL and that it is up."
    return ""


def migrations() -> str:
    """Are all migrations applied?"""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} migrations are missing: run manage.py migrate." if missing else ""


def broker() -> str:
    """Can a message be sent?"""
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=2)
    except Exception as error:  # noqa: BLE001 each transport raises its own errors
        return f"The broker cannot be reached ({error}): check REDIS_URL and that it is up."
    return ""


def beat() -> str:
    """Has a beat been heard lately?"""
    last = Beat.objects.filter(pk=1).first()
    if last is None:
        return "No beat has been heard yet: start a worker with beat."
    age = (timezone.now() - last.at).total_seconds()
    return f"The last beat was {age:.0f} s ago: check that a beat and a worker are up." if age > BEAT_MAX_AGE else ""


QUESTIONS: dict[str, Callable[[], str]] = {
    "database": database,
    "migrations": migrations,
    "broker": broker,
    "beat": beat,
}


def answers() -> dict[str, str]:
    """The trouble by question; "" where all is well. Without a database the rest that needs it is not asked."""
    found = {"database": database()}
    for name, ask in QUESTIONS.items():
        if name != "database":
            needs_database = name in ("migrations", "beat")
            found[name] = "not asked: no database" if found["database"] and needs_database else ask()
    return found
