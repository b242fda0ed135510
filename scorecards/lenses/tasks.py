"""The jobs of lenses: the portal's own lens, and the sync with AWS."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from portal.aws import wellarchitected as tool
from portal.aws.errors import AwsError
from portal.aws.wellarchitected import Place
from portal.jobs.context import JobContext
from portal.jobs.models import Run
from portal.jobs.queue import enqueue
from scorecards.lenses import library, placing
from scorecards.lenses import sync as syncing
from scorecards.models import WorkloadLink

SYNC, FETCH, KEEP = "scorecards.sync-review", "scorecards.fetch-lens", "scorecards.lenses"
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


def fetch(context: JobContext) -> dict[str, Any] | None:
    """Fetch a custom lens from AWS as a draft, under the rules of any import."""
    place = Place(context.args["account"], context.args["region"])
    text = tool.export_lens(place, context.args["arn"])
    try:
        done = library.import_lens(text, context.args["by"])
    except library.LensRefused as error:
        context.log("\n".join(map(str, error.problems)))
        raise
    return {"lens": done.version.lens.key, "version": done.version.number, "new": done.new}


def keep(context: JobContext) -> dict[str, Any] | None:
    """Keep the portal's own lens as this release has it, and sync the reviews that are linked, once an hour."""
    library.keep_own_lens()
    hour = timezone.now() - EVERY
    due = WorkloadLink.objects.exclude(synced_at__gt=hour).filter(review__entity__removed_at=None)
    # Those that failed within the hour too: what refuses now will refuse in five minutes.
    tried = set(Run.objects.filter(job=SYNC, created_at__gt=hour).values_list("unique", flat=True))
    asked = 0
    for link in due:
        key = f"review-{link.review_id}"
        if key not in tried:
            context.check()
            enqueue(SYNC, {"review": link.review_id}, by="schedule", unique=key)
            asked += 1
    return {"asked": asked} if asked else None
