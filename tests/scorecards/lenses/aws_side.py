"""Both sides of a sync as tests speak of them: what is said here, what is said in AWS, and one sync between them."""

from __future__ import annotations

from portal.aws import wellarchitected as tool
from portal.aws.wellarchitected import Place
from scorecards.engine.lens.merge import Said
from scorecards.lenses import standing
from scorecards.lenses import sync as syncing
from scorecards.models import Review, WorkloadLink

Q, HOME = "rel_backup", Place("111111111111", "eu-west-1")


def run(link: WorkloadLink) -> syncing.Tally:
    """One sync as the job does it."""
    fresh = WorkloadLink.objects.select_related("review__entity", "review__lens", "review__lens_version__lens").get(
        pk=link.pk
    )
    tally = syncing.sync(fresh, lambda: None, lambda done, total, text: None)
    link.refresh_from_db()
    return tally


def here(link: WorkloadLink) -> Said:
    (one,) = standing.of_review(Review.objects.select_related("entity", "lens").get(pk=link.review_id))
    return one.said


def there(link: WorkloadLink) -> tool.RemoteAnswer:
    return tool.answer(HOME, link.workload_id, link.lens_arn, Q)


def say_there(link: WorkloadLink, *selected: str, notes: str = "") -> None:
    tool.update_answer(
        HOME, link.workload_id, link.lens_arn, Q, selected=selected, applicable=True, reason="NONE", notes=notes
    )
