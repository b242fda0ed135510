"""Asks for a cost review: of one team by its editor, of all teams by an editor of everything."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from portal.access import audit, policy
from portal.jobs import queue
from portal.jobs.models import Run

JOB = "costs.review"


def start(team: str, *, by: Any) -> Run:
    """Enqueue the job; a review of the same team that already waits or runs is returned instead of a second one."""
    policy.require(by, "editor", team)
    with transaction.atomic():
        run = queue.enqueue(JOB, {"team": team} if team else {}, by=by.get_username(), unique=f"review {team or 'all'}")
        audit.record(by, "costs.review.start", team or "all teams", run=run.pk)
    return run
