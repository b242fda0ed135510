"""Answers of tests that come in by callback. The first final one in time counts; all others are kept and change nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from deployments.engine.hooks import IN_PROGRESS, PASSED, Answer
from deployments.models import PostTest, PostTestAnswer, Rollout, validation
from deployments.models.states import ACTIVE_STATES
from deployments.validations.tokens import hash_of
from portal.access import audit

MOST_KEPT = 20


@dataclass(frozen=True)
class Taken:
    """What became of an answer: whether it counted, and if not, why."""

    test: PostTest
    counted: bool
    why: str


def test_of(token: str) -> PostTest | None:
    """The test that this token belongs to."""
    return PostTest.objects.select_related("rollout").filter(token_hash=hash_of(token)).first()


def take(test: PostTest, answer: Answer) -> Taken:
    """Keep the answer; let it count where it is the first final one in time, and ring the rollout."""
    now = timezone.now()
    state = validation.PASSED if answer.state == PASSED else validation.FAILED
    with transaction.atomic():
        open_ = PostTest.objects.filter(
            pk=test.pk, state__in=(validation.STARTING, validation.STARTED), deadline_at__gt=now
        )
        counted = answer.state != IN_PROGRESS and bool(
            open_.update(state=state, detail=answer.detail, finished_at=now, started_at=test.started_at or now)
        )
        if counted or PostTestAnswer.objects.filter(test=test).count() < MOST_KEPT:
            PostTestAnswer.objects.create(test=test, status=answer.state, detail=answer.detail, counted=counted)
        if counted:
            where = f"rollout:{test.rollout_id}"
            audit.record(f"test {test.name}", "test.answer", where, severity="medium", state=state)
            Rollout.objects.filter(pk=test.rollout_id, state__in=ACTIVE_STATES).update(due_at=now)
    test.refresh_from_db()
    return Taken(test, counted, "" if counted else _why(test, answer))


def _why(test: PostTest, answer: Answer) -> str:
    if test.over and test.state != validation.TIMED_OUT:
        return "The test has been answered before: this answer is kept and changes nothing."
    if answer.state == IN_PROGRESS and not test.over:
        return "The test goes on."
    return "The test's time is over: this answer is kept and changes nothing."
