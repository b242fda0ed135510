"""Demo data: nothing is made up; the first review is only put on the clock."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from costs.start import JOB
from portal.jobs import queue
from portal.jobs.context import JobContext

SOON = timedelta(seconds=60)
DAILY = "30 5 * * *"


def load(context: JobContext) -> None:
    """A review of all teams in a minute, then one every day."""
    queue.schedule("costs.review.daily", JOB, cron=DAILY, title="Cost review of all teams, daily")
    queue.enqueue(JOB, {}, by="schedule", unique="review all", due_at=timezone.now() + SOON)
    context.log("The first cost review runs in a minute.")
