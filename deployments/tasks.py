"""Doorbells of deployments."""

from __future__ import annotations

from celery import shared_task

from deployments import advance


@shared_task(name=advance.ADVANCE_ONE, ignore_result=True)
def advance_rollout(pk: int) -> None:
    """Advance one rollout, if it is due and nobody else holds it."""
    advance.advance(pk)
