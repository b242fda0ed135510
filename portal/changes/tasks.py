"""The rescue doorbell. Its queue never runs injections."""

from __future__ import annotations

from celery import shared_task

from portal.changes import engine


@shared_task(name="portal.changes.recover")
def recover() -> None:
    """Every five seconds: undo what nobody holds any more."""
    engine.recover()
