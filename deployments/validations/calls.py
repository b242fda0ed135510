"""The three ways to start a post-deployment test: a topic, a function, a webhook. Each calls once and says what it knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deployments.engine import hooks
from deployments.engine.hooks import Answer, NoAnswer
from deployments.engine.plan.validation import EVENT, LAMBDA, SNS, WEBHOOK, Test
from deployments.models import PostTest
from deployments.validations.tokens import callback_of, token_of
from portal import outbound
from portal.aws import lambda_invoke, sns
from portal.aws.errors import AwsError, AwsThrottled, AwsUnavailable
from portal.changes.kinds import Target

GO = (200, 201, 202)
"""Statuses of a webhook that mean go, as Flagger has them."""
NO_ANSWER_YET = "ReadTimeoutError"


@dataclass(frozen=True)
class Called:
    """What is known after a call.

    `answer` None: it was taken, and will answer by callback. `again`: it was surely not taken, so it may be called anew;
    `unsure`: nobody knows, so it may only be called with the same key.
    """

    external_id: str = ""
    answer: Answer | None = None
    note: str = ""
    again: bool = False
    unsure: bool = False


def call(row: PostTest, test: Test, target: Target, message: dict[str, Any]) -> Called:
    """Start the test, or ask it once more. What AWS or the web refuses is a failed test."""
    if not message["callback"] and (test.kind == SNS or test.invocation == EVENT):
        return _failed("The portal does not know its own address, so nothing could answer: set PUBLIC_URL.")
    try:
        return WAYS[test.kind](row, test, target, message)
    except AwsThrottled as error:
        return Called(note=str(error), again=True)
    except AwsUnavailable as error:
        return Called(note=str(error), unsure=True)
    except AwsError as error:
        return _failed(str(error))


def message_of(row: PostTest, test: Test) -> dict[str, Any]:
    """What the test is told. `id` stays the same if the same try is sent twice; `token` is for the answer only."""
    rollout, segment = row.rollout, row.segment
    return {
        "test": test.name, "id": row.key, "rollout": rollout.pk, "service": rollout.entity.ref, "segment": segment.name,
        "version": rollout.version, "attempt": row.attempt, "try": row.number, "payload": dict(test.payload),
        "callback": callback_of(row.key), "token": token_of(row.key), "deadline": row.deadline_at.isoformat(),
    }  # fmt: skip


def _topic(row: PostTest, test: Test, target: Target, message: dict[str, Any]) -> Called:
    account, region, arn = target["account"], target["region"], test.place
    if arn.startswith("arn:"):
        region, account = arn.split(":")[3:5]
    else:
        arn = f"arn:aws:sns:{region}:{account}:{arn}"
    return Called(sns.publish(account, region, arn, json.dumps(message), row.key))


def _function(row: PostTest, test: Test, target: Target, message: dict[str, Any]) -> Called:
    account, region, name = target["account"], target["region"], test.place
    if name.startswith("arn:"):
        region, account = name.split(":")[3:5]
        name = name.split(":function:")[1]
    name, _, qualifier = name.partition(":")
    event = test.invocation == EVENT
    try:
        reply = lambda_invoke.invoke(account, region, name, message, event=event, qualifier=qualifier)
    except AwsUnavailable as error:
        if error.code == NO_ANSWER_YET:
            # It runs; to call it again would run it twice.
            return Called(note="The function takes longer than 10 s: waiting for its callback.")
        raise
    if event:
        return Called(reply.request_id)
    if reply.error:
        return _failed(f"The function failed ({reply.error}): {reply.body}", reply.request_id)
    return _answered(reply.body, reply.request_id)


def _webhook(row: PostTest, test: Test, target: Target, message: dict[str, Any]) -> Called:
    headers = {"Content-Type": "application/json", "User-Agent": "Colonnade", "Idempotency-Key": row.key}
    try:
        reply = outbound.post(test.place, json.dumps(message).encode(), headers)
    except outbound.NotReached as error:
        return Called(note=str(error), again=True)
    except outbound.NoReply as error:
        return Called(note=f"{error} Waiting for its callback.")
    except outbound.Forbidden as error:
        return _failed(str(error))
    if reply.status not in GO:
        return _failed(f"The webhook answered {reply.status}: {reply.body}")
    try:
        return Called(answer=hooks.read_text(reply.body))
    except NoAnswer:
        return Called(answer=Answer(hooks.PASSED, f"The webhook answered {reply.status}."))


def _answered(body: str, request_id: str) -> Called:
    try:
        return Called(request_id, hooks.read_text(body))
    except NoAnswer as error:
        return _failed(str(error), request_id)


def _failed(note: str, external_id: str = "") -> Called:
    return Called(external_id, Answer(hooks.FAILED, hooks.tail(note)))


WAYS: dict[str, Callable[[PostTest, Test, Target, dict[str, Any]], Called]] = {
    SNS: _topic, LAMBDA: _function, WEBHOOK: _webhook,
}  # fmt: skip
