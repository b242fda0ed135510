"""FIS experiments in motion: actions begin, last and end on the sandbox's clock, and stop conditions, people and the safety lever stop them.

An experiment is pending, then initiating for a moment, then running; when it is stopped, its post-actions are done
before it counts as stopped, as AWS promises.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from .backends import backend
from .fis_effects import ACTING, Place, seconds_of
from .state import State

INITIATING, RUNNING, STOPPING = 1.0, 2.0, 3.0
"""Seconds after the start until it initiates and runs, and how long a stop takes."""
OVER = ("completed", "stopped", "failed", "cancelled")


@dataclass
class Action:
    """One action of an experiment. `ends` is when it is due to end; `kept` is what its post-action must know."""

    name: str
    id: str
    parameters: dict[str, str]
    arns: list[str]
    after: list[str]
    status: str = "pending"
    reason: str = "Initial state"
    started: float | None = None
    ends: float | None = None
    ended: float | None = None
    kept: Any = None


@dataclass
class Experiment:
    """One experiment: a copy of its template, and how far it is."""

    id: str
    template: dict[str, Any]
    token: str
    started: float
    tags: dict[str, str]
    mode: str
    actions: dict[str, Action]
    status: str = "pending"
    reason: str = "Experiment is pending."
    error: dict[str, str] = field(default_factory=dict)
    stopping: float | None = None
    ended: float | None = None

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in OVER


def experiments(state: State, account: str, region: str) -> dict[str, Experiment]:
    """Experiments by id, oldest first."""
    return state.topic("fis.experiments", account, region)


def lever(state: State, account: str, region: str) -> dict[str, str]:
    """The safety lever's status and reason."""
    kept: dict[str, str] = state.topic("fis.lever", account, region)
    return kept or {"status": "disengaged", "reason": "Initial state"}


def advance_all(state: State) -> None:
    """Bring every experiment up to the present; call it while holding the state's lock."""
    for topic, account, region in [key for key in state.remembered if key[0] == "fis.experiments"]:
        for one in list(state.topic(topic, account, region).values()):
            advance(state, one, Place(account, region))


def advance(state: State, one: Experiment, place: Place) -> None:
    """Bring one experiment up to the present."""
    now = state.wall()
    if one.over:
        return
    if one.stopping is None:
        tripped = _tripped(one)
        if tripped:
            stop(state, one, f"Experiment halted by stop condition {tripped}.")
    if one.stopping is not None:
        if now >= one.stopping + STOPPING:
            _finish_stop(one, place, one.stopping + STOPPING)
        return
    if now < one.started + RUNNING:
        one.status = "pending" if now < one.started + INITIATING else "initiating"
        return
    one.status, one.reason = "running", "Experiment is running."
    while _next(one, place, now):
        pass
    _conclude(one)


def stop(state: State, one: Experiment, reason: str) -> None:
    """Begin to stop: no action begins any more, and post-actions follow."""
    if not one.over and one.stopping is None:
        one.stopping, one.status, one.reason = state.wall(), "stopping", reason


def fail(one: Experiment, now: float, reason: str, code: str, account: str) -> None:
    """It ends before it has done anything."""
    one.status, one.reason, one.ended = "failed", reason, now
    one.error = {"accountId": account, "code": code, "location": "targets"}


def _tripped(one: Experiment) -> str:
    """The alarm of a stop condition that is in ALARM, or ""."""
    for condition in one.template.get("stopConditions", []):
        arn = condition.get("value", "")
        if condition["source"] != "aws:cloudwatch:alarm" or arn.count(":") < 6:
            continue
        _, _, _, region, account, _, name = arn.split(":", 6)
        alarm = backend("cloudwatch", account, region).alarms.get(name)
        if alarm is not None and alarm.state_value == "ALARM":
            return str(arn)
    return ""


def _next(one: Experiment, place: Place, now: float) -> bool:
    """Let the next thing happen that is due: an action ends, or one begins. False where nothing is due."""
    due = [action for action in one.actions.values() if action.ends is not None and action.status == "running"]
    first = min(due, key=lambda action: action.ends or 0.0, default=None)
    if first is not None and (first.ends or 0.0) <= now:
        _end(first, place, first.ends or now, "completed", "Action was completed.")
        return True
    for action in one.actions.values():
        before = [one.actions[name] for name in action.after]
        if action.status == "pending" and all(other.status == "completed" for other in before):
            _begin(action, place, max([one.started + RUNNING, *[other.ended or 0.0 for other in before]]))
            return True
    return False


def _begin(action: Action, place: Place, when: float) -> None:
    acting = ACTING.get(action.id)
    lasts = action.parameters.get(acting.lasts if acting else "duration", "")
    action.started, action.status, action.reason = when, "running", "Action is running."
    try:
        action.kept = acting.begin(place, action.arns, action.parameters) if acting else None
    except (ServiceException, HTTPException, KeyError, ValueError) as error:
        action.status, action.reason, action.ended = "failed", f"{type(error).__name__}: {error}"[:300], when
        return
    action.ends = when + (seconds_of(lasts) if lasts else 0.0)


def _end(action: Action, place: Place, when: float, status: str, reason: str) -> None:
    acting = ACTING.get(action.id)
    if acting and action.kept:
        acting.end(place, action.kept)
    action.status, action.reason, action.ended, action.kept = status, reason, when, None


def _conclude(one: Experiment) -> None:
    """Completed when all actions are; failed when one failed and none runs any more."""
    states = {action.status for action in one.actions.values()}
    times = [action.ended for action in one.actions.values() if action.ended is not None]
    if states == {"completed"}:
        one.status, one.reason, one.ended = "completed", "Experiment completed.", max(times)
    elif "failed" in states and "running" not in states:
        broken = next(action for action in one.actions.values() if action.status == "failed")
        for action in one.actions.values():
            if action.status == "pending":
                action.status, action.reason = "cancelled", "Another action failed."
        one.status, one.reason, one.ended = "failed", f"Action {broken.name} failed: {broken.reason}", max(times)


def _finish_stop(one: Experiment, place: Place, when: float) -> None:
    for action in one.actions.values():
        if action.status == "running":
            _end(action, place, when, "stopped", "Action was stopped.")
        elif action.status == "pending":
            action.status, action.reason = "cancelled", "Experiment was stopped."
    one.status, one.ended = "stopped", when
