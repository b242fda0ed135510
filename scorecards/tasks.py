"""The job that keeps the scores up to date."""

from __future__ import annotations

from typing import Any

from portal.jobs.context import JobContext
from scorecards.evaluate import evaluate_due

JOB = "scorecards.evaluate"


def run(context: JobContext) -> dict[str, Any] | None:
    """Evaluate every service that is due; nothing to tell when none was."""

    def between(done: int, total: int) -> None:
        context.check()
        context.progress(done, total, f"{done} of {total} services evaluated")

    tally = evaluate_due(between=between)
    return tally.as_json() if tally.services or tally.given_up else None
