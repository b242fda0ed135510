"""The rollout as a state machine, and what to do with a baking segment given its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from deployments.engine import verdict as judged
from deployments.engine.verdict import Verdict, duration


class State(StrEnum):
    """Where a rollout stands."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    ROLLING_BACK = "rolling_back"
    ROLLED_BACK = "rolled_back"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.RUNNING, State.PAUSED, State.ROLLING_BACK, State.FAILED}),
    State.RUNNING: frozenset({State.PAUSED, State.ROLLING_BACK, State.SUCCEEDED, State.FAILED}),
    State.PAUSED: frozenset({State.RUNNING, State.ROLLING_BACK, State.FAILED}),
    State.ROLLING_BACK: frozenset({State.ROLLED_BACK, State.FAILED}),
    State.ROLLED_BACK: frozenset(),
    # A finished rollout may still be taken back by hand.
    State.SUCCEEDED: frozenset({State.ROLLING_BACK}),
    State.FAILED: frozenset({State.ROLLING_BACK}),
}
ACTIVE = (State.PLANNED, State.RUNNING, State.PAUSED, State.ROLLING_BACK)
ENDED = (State.ROLLED_BACK, State.SUCCEEDED, State.FAILED)


class IllegalMove(ValueError):
    """A move that the transitions table does not have."""


def move(now: State, to: State) -> State:
    """The new state. Raises IllegalMove."""
    if to not in TRANSITIONS[now]:
        raise IllegalMove(f"A rollout that is {now.replace('_', ' ')} cannot become {to.replace('_', ' ')}.")
    return to


def may(now: State, to: State) -> bool:
    """Whether the table has this move."""
    return to in TRANSITIONS[now]


class Action(StrEnum):
    """What to do with a baking segment."""

    WAIT = "wait"
    PASS = "pass"  # noqa: S105 not a password
    ROLL_BACK = "roll_back"
    PAUSE = "pause"


@dataclass(frozen=True)
class Decision:
    """An action, why, and in how many seconds to look again."""

    action: Action
    reason: str
    due_in: float = 0.0


LOOK_EVERY, SELDOM = 3.0, 15.0
PATIENCE = 3
LEAST_PATIENCE = 60.0


def decide(bake_seconds: float, elapsed: float, verdict: Verdict, *, early: bool, period: float = 0) -> Decision:
    """What to do after ``elapsed`` seconds of baking.

    Worse rolls back at once. Only "no worse" passes, after the bake time or, with ``early``, once it is proven. Without
    a verdict the bake is stretched to three times its length (a minute at least), then a person is asked. A look more
    often than four times in a ``period`` of the metrics would see nothing new.
    """
    if verdict.state == judged.WORSE:
        return Decision(Action.ROLL_BACK, verdict.headline)
    baked = elapsed >= bake_seconds
    if verdict.state == judged.NO_WORSE and (baked or (early and verdict.proven)):
        return Decision(Action.PASS, verdict.headline)
    if elapsed >= max(PATIENCE * bake_seconds, bake_seconds + LEAST_PATIENCE):
        return Decision(Action.PAUSE, f"No verdict after {duration(elapsed)}. {verdict.headline}")
    return Decision(Action.WAIT, verdict.headline, min(max(LOOK_EVERY, period / 4), SELDOM))
