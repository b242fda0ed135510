"""Post-deployment tests: each is started exactly once a try, asked or waited for, and given up after its time.

The row of a try is committed before anything is called. Where a worker dies around the call, the next look cannot know
whether the call arrived: it calls again with the same key, by which the test can tell, and the row says so.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from deployments.engine import hooks
from deployments.engine.plan.validation import LAMBDA, Test
from deployments.models import PostTest, Rollout, RolloutSegment
from deployments.models.validation import FAILED, PASSED, STARTED, STARTING, TIMED_OUT
from deployments.rollouts.claim import WORKER, log
from deployments.validations import asked, calls
from deployments.validations.calls import Called
from deployments.validations.outcome import LOOK_AGAIN, Outcome, failed, passed, waiting
from deployments.validations.tokens import hash_of, token_of
from portal.access import audit
from portal.changes.kinds import Target

CALL_AGAIN = timedelta(seconds=10)
OPEN = (STARTING, STARTED)
TWICE = "A worker was lost around the call, so it was sent again with the same id."
OF_ANSWER = {hooks.PASSED: PASSED, hooks.FAILED: FAILED}


def look(rollout: Rollout, segment: RolloutSegment, target: Target) -> Outcome:
    """Start the tests of the segment, all at once, or look how they stand."""
    wanted = asked.of(rollout, segment).tests
    if not wanted:
        return passed("No post-deployment test is asked for.")
    rows = [_advanced(_newest(rollout, segment, test), test, target) for test in wanted]
    lost = next((row for row in rows if row.over and row.state != PASSED), None)
    if lost is not None:
        return failed(f"Post-deployment test {lost.name} {_how(lost)}.")
    going = [row for row in rows if not row.over]
    if going:
        soonest = min(min(row.due_at, row.deadline_at) for row in going)
        wait = (soonest - timezone.now()).total_seconds()
        names = ", ".join(row.name for row in going)
        return waiting(f"Waiting for {names}.", min(max(wait, LOOK_AGAIN), 15.0))
    return passed(f"{len(rows)} post-deployment test{'s' if len(rows) > 1 else ''} passed.")


def _newest(rollout: Rollout, segment: RolloutSegment, test: Test) -> PostTest:
    """The try that counts: the newest, or a first one, or the next after one that did not pass."""
    mine = PostTest.objects.filter(segment=segment, attempt=segment.attempt, name=test.name)
    row = mine.select_related("rollout__entity", "segment").order_by("-number").first()
    if row is None:
        return _begun(rollout, segment, test, 1)
    if row.over and row.state != PASSED and row.number <= test.retries:
        return _begun(rollout, segment, test, row.number + 1)
    return row


def _begun(rollout: Rollout, segment: RolloutSegment, test: Test, number: int) -> PostTest:
    key, now = secrets.token_hex(16), timezone.now()
    with transaction.atomic():
        row, made = PostTest.objects.get_or_create(
            segment=segment, attempt=segment.attempt, name=test.name, number=number,
            defaults={
                "rollout": rollout, "kind": test.kind, "place": test.place, "key": key, "token_hash": hash_of(token_of(key)),
                "created_at": now, "deadline_at": now + timedelta(seconds=test.timeout_seconds),
            },
        )  # fmt: skip
        if made:
            detail = {"segment": segment.name, "kind": test.kind, "place": test.place, "try": number}
            audit.record(WORKER, "test.start", f"rollout:{rollout.pk}", severity="medium", test=test.name, **detail)
    if made:
        log(rollout, f"{segment.name}: test {test.name} starts" + (f", try {number}" if number > 1 else ""))
    return row


def _advanced(row: PostTest, test: Test, target: Target) -> PostTest:
    """Take the try one step on: call it, ask it again, or give it up."""
    now = timezone.now()
    asks_again = row.state == STARTED and row.kind == LAMBDA and row.due_at < row.deadline_at
    if not row.over and now >= row.deadline_at:
        _end(row, TIMED_OUT, row.detail or "It has not answered.")
    elif not row.over and now >= row.due_at and (row.state == STARTING or asks_again):
        _call(row, test, target)
    row.refresh_from_db()
    return row


def _call(row: PostTest, test: Test, target: Target) -> None:
    now = timezone.now()
    mine = PostTest.objects.filter(pk=row.pk, state=row.state, calls=row.calls)
    note = TWICE if row.state == STARTING and row.tried_at is not None else row.detail
    if not mine.update(calls=F("calls") + 1, tried_at=now, detail=note):
        return
    _noted(row, calls.call(row, test, target, calls.message_of(row, test)), note)


def _noted(row: PostTest, called: Called, note: str) -> None:
    """Write down what the call told; an answer that came by callback meanwhile stands."""
    now, answer = timezone.now(), called.answer
    if answer is not None and answer.state in OF_ANSWER:
        _end(row, OF_ANSWER[answer.state], answer.detail, external_id=called.external_id or row.external_id)
        return
    if called.again or called.unsure:
        told: dict[str, Any] = {"due_at": now + CALL_AGAIN, "detail": hooks.tail(called.note)}
        told |= {"tried_at": None} if called.again else {}
        _write(row, **told)
        return
    due = now + timedelta(seconds=answer.again_in) if answer else row.deadline_at
    words = " ".join(part for part in (note, called.note, answer.detail if answer else "") if part)
    _write(
        row, state=STARTED, external_id=called.external_id[:200], due_at=due, detail=hooks.tail(words),
        started_at=row.started_at or now,
    )  # fmt: skip


def _write(row: PostTest, **fields: Any) -> bool:
    return bool(PostTest.objects.filter(pk=row.pk, state__in=OPEN).update(**fields))


def _end(row: PostTest, state: str, detail: str, **fields: Any) -> None:
    now = timezone.now()
    ended = _write(row, state=state, detail=detail, finished_at=now, started_at=row.started_at or now, **fields)
    if ended:
        log(row.rollout, f"{row.segment.name}: test {row.name} {state.replace('_', ' ')}")


def _how(row: PostTest) -> str:
    """How it ended, in words for the rollout's reason."""
    if row.state == TIMED_OUT:
        seconds = (row.deadline_at - row.created_at).total_seconds()
        return f"timed out: no answer within {seconds:g} s"
    first = row.detail.strip().splitlines()
    return f"failed: {first[0][:200].rstrip('.')}" if first else "failed"
