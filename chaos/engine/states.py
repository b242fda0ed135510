"""The life of one experiment run as a pure state machine.

`move` looks at the state and at what the worker has just seen, and answers with the next state or with None for
"wait". Two promises rest on this table alone, and the property tests hold them for any order of signals:

* no step is injected twice: nothing leads back to CHECKING or INJECTING, and a run whose worker died while it
  injected or observed goes to ROLLING_BACK;
* BLOCKED means that nothing was ever armed, ENDED means that the undo was proven.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chaos.engine.hypothesis import Outcome


class State(StrEnum):
    """Where a run stands; the values are what the database and the API show."""

    SCHEDULED = "scheduled"
    CLAIMED = "claimed"
    CHECKING = "checking"
    INJECTING = "injecting"
    OBSERVING = "observing"
    ROLLING_BACK = "rolling_back"
    VERIFYING = "verifying"
    UNDO_FAILED = "undo_failed"
    ENDED = "ended"
    BLOCKED = "blocked"


class Fault(StrEnum):
    """What is known of the fault: not tried yet, in place, or the attempt failed half way."""

    NONE = "none"
    APPLIED = "applied"
    FAILED = "failed"


class Undo(StrEnum):
    """What is known of the undo: still to do, proven by a second look, or not possible so far."""

    PENDING = "pending"
    UNDONE = "undone"
    FAILED = "failed"


FINAL = frozenset({State.ENDED, State.BLOCKED})
ACTIVE = frozenset(State) - FINAL - {State.SCHEDULED}
UNDER_FAULT = frozenset({State.INJECTING, State.OBSERVING, State.ROLLING_BACK, State.UNDO_FAILED})

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.SCHEDULED: frozenset({State.CLAIMED, State.BLOCKED}),
    State.CLAIMED: frozenset({State.CHECKING, State.BLOCKED}),
    State.CHECKING: frozenset({State.INJECTING, State.BLOCKED}),
    State.INJECTING: frozenset({State.OBSERVING, State.ROLLING_BACK}),
    State.OBSERVING: frozenset({State.ROLLING_BACK}),
    State.ROLLING_BACK: frozenset({State.VERIFYING, State.UNDO_FAILED}),
    State.UNDO_FAILED: frozenset({State.VERIFYING}),
    State.VERIFYING: frozenset({State.ENDED}),
    State.ENDED: frozenset(),
    State.BLOCKED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Signals:
    """What the worker has just seen. The defaults say "nothing new"."""

    crashed: bool = False
    """The worker that held the run before is gone; nobody knows how far it came."""
    stop: str = ""
    """Why to stop now: an abort, the kill switch, a stop condition, a limit."""
    denied: tuple[str, ...] = ()
    """Reasons of the guards that said no."""
    steady: Outcome | None = None
    """The steady state, measured just now; None when it was not measured."""
    steady_sentence: str = ""
    fault: Fault = Fault.NONE
    observed: bool = False
    """The observation has lasted as long as planned."""
    undo: Undo = Undo.PENDING
    settled: bool = False
    """The steady state after the undo is known, or the time to wait for it is over."""


@dataclass(frozen=True, slots=True)
class Move:
    """The next state and the sentence for the log."""

    state: State
    reason: str


def move(state: State, seen: Signals) -> Move | None:
    """Answer the next state, or None to stay and look again later."""
    if state in FINAL:
        return None
    if state in (State.SCHEDULED, State.CLAIMED, State.CHECKING):
        return _before_the_fault(state, seen)
    if state in (State.INJECTING, State.OBSERVING):
        return _under_the_fault(state, seen)
    return _after_the_fault(state, seen)


def _before_the_fault(state: State, seen: Signals) -> Move | None:
    if seen.stop:
        return Move(State.BLOCKED, seen.stop)
    if seen.denied:
        return Move(State.BLOCKED, "Guards said no: " + "; ".join(seen.denied))
    if state is State.SCHEDULED:
        return Move(State.CLAIMED, "A worker took the run.")
    if state is State.CLAIMED:
        return Move(State.CHECKING, "Guards allow it; the steady state is measured.")
    if seen.steady is None:
        return None
    if seen.steady is not Outcome.HOLDS:
        return Move(
            State.BLOCKED, f"The steady state is {seen.steady} before the fault. {seen.steady_sentence}".strip()
        )
    return Move(State.INJECTING, "The steady state holds; the method begins.")


def _under_the_fault(state: State, seen: Signals) -> Move | None:
    if seen.crashed:
        return Move(State.ROLLING_BACK, "The worker was lost; the fault is taken out and never injected again.")
    if seen.stop:
        return Move(State.ROLLING_BACK, seen.stop)
    if seen.denied:
        return Move(State.ROLLING_BACK, "Guards said no: " + "; ".join(seen.denied))
    if seen.fault is Fault.FAILED:
        return Move(State.ROLLING_BACK, "The fault could not be put in place.")
    if state is State.INJECTING:
        return (
            Move(State.OBSERVING, "Every step is done; the faults are in place.")
            if seen.fault is Fault.APPLIED
            else None
        )
    if seen.observed:
        return Move(State.ROLLING_BACK, "Observed as long as planned.")
    return None


def _after_the_fault(state: State, seen: Signals) -> Move | None:
    if state is State.VERIFYING:
        return Move(State.ENDED, "The steady state after the undo is judged.") if seen.settled else None
    if seen.undo is Undo.UNDONE:
        return Move(State.VERIFYING, "The undo is proven; the steady state is measured again.")
    if seen.undo is Undo.FAILED and state is State.ROLLING_BACK:
        return Move(State.UNDO_FAILED, "The undo could not be proven; it is tried again until it is.")
    return None
