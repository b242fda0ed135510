"""The jobs of lenses: the portal's own lens, and the sync with AWS."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from portal.aws.errors import AwsError
from portal.jobs.context import JobContext
from portal.jobs.queue import enqueue
from scorecards.lenses import library, placing
from scorecards.lenses import sync as syncing
from scorecards.models import WorkloadLink

SYNC, KEEP = "scorecards.sync-review", "scorecards.lenses"
AGAIN = timedelta(seconds=20)
EVERY = timedelta(hours=1)


def sync(context: JobContext) -> dict[str, Any] | None:
    """Sync one review. Where AWS is still taking in the lens another run follows."""
    link = WorkloadLink.objects.select_related("review__entity", "review__lens", "review__lens_version__lens").filter(
        review=context.args["review"]
    ).first()  # fmt: skip
    if link is None:
        return {"gone": True}
    try:
        return syncing.sync(link, context.check, context.progress).as_json()
    except placing.Waiting as waiting:
        context.log(f"{waiting} It is asked again in {AGAIN.seconds} s.")
        enqueue(SYNC, context.args, by=context.run.requested_by, due_at=timezone.now() + AGAIN)
        return {"waiting": True}
    except (AwsError, placing.Refused) as error:
        syncing.failed(link.review, error)
        raise


def keep(context: JobContext) -> dict[str, Any] | None:
    """Keep the portal's own lens as this release has it, and sync the reviews that are linked, once an hour."""
    library.keep_own_lens()
    due = WorkloadLink.objects.exclude(synced_at__gt=timezone.now() - EVERY).filter(review__entity__removed_at=None)
    asked = 0
    for link in due:
        context.check()
        enqueue(SYNC, {"review": link.review_id}, by="schedule", unique=f"review-{link.review_id}")
        asked += 1
    return {"asked": asked} if asked else None
