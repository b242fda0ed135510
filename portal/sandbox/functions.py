"""Lambda functions that answer without their code being run: what a function says stands in its environment variables.

`ANSWER`: passed, failed, silent (accepted, then never heard of), error (an unhandled exception) or a JSON object that is returned
as it is. `ANSWER_AFTER`: seconds on the sandbox's clock until then; an immediate call says IN_PROGRESS meanwhile. A function
that was called by SNS or as an event answers by POST to the `callback` of its event, if that is on loopback.
"""

from __future__ import annotations

import contextlib
import json
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .backends import lambda_backend
from .state import State

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_DOOR = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Habit:
    """How a function answers: the words of `ANSWER`, after so many seconds."""

    says: str
    after: float

    @property
    def answer(self) -> dict[str, Any]:
        """The JSON that it returns or sends."""
        if self.says.startswith("{"):
            found: dict[str, Any] = json.loads(self.says)
            return found
        return {"status": self.says, "detail": f"The sandbox's function says {self.says}."}


@dataclass
class Running:
    """One call of a function that is still to answer by callback."""

    due: float
    callback: str
    answer: dict[str, Any]


def habit(account: str, region: str, function: str) -> Habit | None:
    """How the function answers, None where its environment says nothing of it."""
    found = lambda_backend(account, region)._lambdas._functions.get(function)
    variables: dict[str, str] = getattr(found["latest"], "environment_vars", {}) if found else {}
    if "ANSWER" not in variables:
        return None
    return Habit(variables["ANSWER"], float(variables.get("ANSWER_AFTER", "0")))


def first_seen(state: State, function: str, event: dict[str, Any]) -> float:
    """When a call with this event's id came for the first time."""
    calls = state.topic("lambda.calls", "", "")
    return float(calls.setdefault(f"{function}/{event.get('id', '')}", state.wall()))


def accept(state: State, account: str, region: str, function: str, event: dict[str, Any]) -> None:
    """Take an event, from SNS or as such; the function answers later, if it does."""
    state.topic("lambda.events", "", "").setdefault(function, []).append(event)
    how, callback = habit(account, region, function), str(event.get("callback", ""))
    if how is None or how.says in ("silent", "error") or not _on_loopback(callback):
        return
    calls = state.topic("lambda.running", "", "").setdefault("all", [])
    calls.append(Running(state.wall() + how.after, callback, how.answer))


def _on_loopback(callback: str) -> bool:
    parts = urlsplit(callback)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def events(state: State, function: str) -> list[dict[str, Any]]:
    """The events that a function has taken, oldest first."""
    return list(state.topic("lambda.events", "", "").get(function, []))


def answer_due(state: State) -> int:
    """Send the answers that are due; how many. Not to be called with the state's lock held: the portal is called."""
    with state.lock:
        calls = state.topic("lambda.running", "", "").setdefault("all", [])
        due = [call for call in calls if call.due <= state.wall()]
        calls[:] = [call for call in calls if call.due > state.wall()]
    for call in due:
        body = json.dumps(call.answer).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(call.callback, body, headers)  # noqa: S310 loopback only, see `accept`
        # A portal that is not up any more, or does not want the answer, is no concern of the function.
        with contextlib.suppress(OSError):
            _DOOR.open(request, timeout=5).close()
    return len(due)
