"""Calls of Lambda functions, immediate or as an event, and SNS topics that call functions."""

from __future__ import annotations

import io
import json
from typing import Any

from portal.sandbox import functions
from portal.sandbox.backends import backend, lambda_backend
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State


def _name(text: str) -> str:
    """The bare name of a function given by name or ARN, with or without a qualifier."""
    return text.split(":function:")[-1].split(":")[0]


@handles("lambda", "Invoke")
def invoke(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The function's answer as its environment has it; without `ANSWER` moto's echo."""
    name, event = _name(str(params["FunctionName"])), _event(params.get("Payload"))
    if name not in lambda_backend(context.account, context.region)._lambdas._functions:
        raise Refused("ResourceNotFoundException", f"Function not found: {context.arn(f'function:{name}')}")
    if params.get("InvocationType") == "Event":
        functions.accept(state, context.account, context.region, name, event)
        return {"StatusCode": 202, "Payload": b""}
    how = functions.habit(context.account, context.region, name)
    if how is None:
        return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": json.dumps(event).encode()}
    state.topic("lambda.events", "", "").setdefault(name, []).append(event)
    return _answered(state, how, name, event)


def _answered(state: State, how: functions.Habit, name: str, event: dict[str, Any]) -> dict[str, Any]:
    reply: dict[str, Any] = {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
    if how.says == "error":
        trouble = {"errorType": "RuntimeError", "errorMessage": "the test crashed", "stackTrace": []}
        return {**reply, "FunctionError": "Unhandled", "Payload": json.dumps(trouble).encode()}
    due = functions.first_seen(state, name, event) + how.after
    waits = state.wall() < due
    said = {"hookStatus": "IN_PROGRESS", "callBackDelay": 5} if waits or how.says == "silent" else how.answer
    return {**reply, "Payload": json.dumps(said).encode()}


def _event(payload: Any) -> dict[str, Any]:
    raw = payload.read() if isinstance(payload, io.IOBase) else payload or b"{}"
    try:
        found = json.loads(raw)
    except ValueError as error:
        raise Refused("InvalidRequestContentException", "Could not parse request body into json") from error
    return found if isinstance(found, dict) else {}


@handles("sns", "Publish")
def publish(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto delivers to queues and addresses; functions that subscribe to the topic take the message as an event."""
    topic = backend("sns", context.account, context.region).topics.get(params.get("TopicArn") or "")
    mine = [] if topic is None else [one for one in _subscriptions(topic, context) if one.protocol == "lambda"]
    protocols = [(one, one.protocol) for one in mine]
    for one in mine:
        one.protocol = "handled"
    try:
        answer = context.forward()
    finally:
        for one, protocol in protocols:
            one.protocol = protocol
    for one in mine:
        parts = one.endpoint.split(":")
        functions.accept(state, parts[4], parts[3], _name(one.endpoint), _event(params["Message"].encode()))
    return answer


def _subscriptions(topic: Any, context: Context) -> list[Any]:
    return list(backend("sns", context.account, context.region).list_subscriptions_by_topic(topic_arn=topic.arn)[0])
