"""Linking a review with a workload in AWS, asking for a sync, and deciding conflicts. Rows only: AWS is for the job."""

from __future__ import annotations

import re
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.access import audit
from portal.aws.models import Account
from portal.jobs.models import Run
from portal.jobs.queue import enqueue
from scorecards.engine.lens.merge import Said
from scorecards.lenses import answering, tasks
from scorecards.lenses import sync as syncing
from scorecards.lenses.sync_page import unique
from scorecards.models import Answer, AnswerConflict, Review, WorkloadLink
from scorecards.models.reviews import AWS

HERE, THERE = "here", "there"
WORKLOAD = re.compile(r"[0-9a-f]{32}")


class Refused(Exception):
    """It cannot be done; the message says why."""


def link(review: Review, account: str, region: str, user: Any, workload: str = "") -> Run:
    """Link a review and ask for its first sync; with a workload's id to that one, otherwise to one that is made.

    Raises Refused.
    """
    known = Account.objects.filter(account_id=account, enabled=True).exclude(review_role_arn="").first()
    if known is None or region not in known.regions:
        raise Refused("The portal has no review role for this account and region.")
    if workload and not WORKLOAD.fullmatch(workload):
        raise Refused("The id of a workload has 32 of the characters 0-9 and a-f; it is the end of its ARN.")
    same = WorkloadLink.objects.filter(
        account_id=account, region=region, workload_id=workload, review__lens=review.lens
    )
    if workload and same.exists():
        raise Refused("Another review under this lens is linked with this workload already.")
    try:
        with transaction.atomic():
            WorkloadLink.objects.create(
                review=review, account_id=account, region=region, workload_id=workload, created_by=user.get_username()
            )
            audit.record(
                user, "scorecards.review.link", review.entity.ref, severity="medium", lens=review.lens.key,
                account=account, region=region, workload=workload,
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("This review, or this workload, is linked already.") from error
    return request_sync(review, user)


def request_fetch(account: str, region: str, arn: str, user: Any) -> Run:
    """Ask a worker to fetch a custom lens from AWS; it comes in as a draft."""
    asked = {"account": account, "region": region, "arn": arn, "by": user.get_username()}
    return enqueue(tasks.FETCH, asked, by=user.get_username(), unique=arn)


def unlink(review: Review, user: Any) -> bool:
    """Let a review go its own way; the workload in AWS stays as it is. False where it is not linked."""
    with transaction.atomic():
        gone, _ = WorkloadLink.objects.filter(review=review).delete()
        if gone:
            audit.record(user, "scorecards.review.unlink", review.entity.ref, severity="medium", lens=review.lens.key)
    return bool(gone)


def request_sync(review: Review, user: Any) -> Run:
    """Ask a worker to sync; one run of a review at a time."""
    return enqueue(tasks.SYNC, {"review": review.pk}, by=user.get_username(), unique=unique(review))


def resolve(conflict: AnswerConflict, keep: str, user: Any) -> None:
    """Keep the answer from here or from there. Raises Refused where either has changed since the conflict was shown.

    Both ways end with the other side's answer as the common base: what is kept here is then a change that the next sync
    carries over, and if AWS has moved on meanwhile the next sync finds another conflict instead of overwriting it.
    """
    if keep not in (HERE, THERE):
        raise Refused(f"Say which answer to keep: {HERE} or {THERE}.")
    with transaction.atomic():
        held = (
            WorkloadLink.objects.select_for_update()
            .select_related("review__entity", "review__lens")
            .get(pk=conflict.link_id)
        )
        row = AnswerConflict.objects.filter(pk=conflict.pk, resolved_at=None).first()
        if row is None:
            raise Refused("Somebody has decided this conflict already.")
        theirs = Said.of(row.theirs)
        if keep == THERE:
            _unchanged(held.review, row)
            answering.put(held.review, row.question_id, theirs, AWS, user.get_username(), None)
        held.base[row.question_id] = syncing.agreed(theirs, taken=keep == THERE)
        held.save(update_fields=["base"])
        row.resolved_at, row.resolved_by, row.kept = timezone.now(), user.get_username(), keep
        row.save(update_fields=["resolved_at", "resolved_by", "kept"])
        audit.record(
            user, "scorecards.review.conflict", held.review.entity.ref, lens=held.review.lens.key,
            question=row.question_id, kept=keep,
        )  # fmt: skip


def _unchanged(review: Review, row: AnswerConflict) -> None:
    now = Answer.objects.filter(review=review, question_id=row.question_id).first()
    if now is not None and now.given and now.said.settled() != Said.of(row.ours).settled():
        raise Refused("The answer here has changed since the conflict was found: sync again first.")
