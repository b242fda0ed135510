"""The state machine: at most one injection, no end without a proven undo, whatever the worker sees and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.engine.hypothesis import Outcome
from chaos.engine.states import ACTIVE, FINAL, TRANSITIONS, UNDER_FAULT, Fault, Signals, State, Undo, move

signals = st.builds(
    Signals,
    crashed=st.booleans(),
    stop=st.sampled_from(["", "Aborted by jon."]),
    denied=st.sampled_from([(), ("a rollout is running",)]),
    steady=st.sampled_from([None, *Outcome]),
    fault=st.sampled_from(Fault),
    observed=st.booleans(),
    undo=st.sampled_from(Undo),
    settled=st.booleans(),
)


def walk(seen: list[Signals]) -> list[State]:
    states = [State.SCHEDULED]
    for one in seen:
        step = move(states[-1], one)
        if step is not None:
            states.append(step.state)
    return states


@given(st.lists(signals, max_size=40))
def test_the_fault_is_injected_at_most_once(seen: list[Signals]) -> None:
    assert walk(seen).count(State.INJECTING) <= 1


@given(st.lists(signals, max_size=40))
def test_a_run_ends_only_by_way_of_the_undo(seen: list[Signals]) -> None:
    states = walk(seen)
    if State.INJECTING in states and states[-1] in FINAL:
        assert states[-1] is State.ENDED
        assert State.ROLLING_BACK in states
        assert states[-2] is State.VERIFYING


@given(st.lists(signals, max_size=40))
def test_blocked_means_that_nothing_was_injected(seen: list[Signals]) -> None:
    states = walk(seen)
    if states[-1] is State.BLOCKED:
        assert not UNDER_FAULT & set(states)


@given(st.sampled_from(State), signals)
def test_every_move_is_in_the_table(state: State, seen: Signals) -> None:
    step = move(state, seen)
    assert step is None or step.state in TRANSITIONS[state]


@given(st.sampled_from(State), signals)
def test_every_move_says_why(state: State, seen: Signals) -> None:
    step = move(state, seen)
    assert step is None or step.reason


@given(st.sampled_from([State.INJECTING, State.OBSERVING]), signals)
def test_a_lost_worker_always_leads_to_the_undo(state: State, seen: Signals) -> None:
    lost = Signals(crashed=True, fault=seen.fault, observed=seen.observed, steady=seen.steady)
    step = move(state, lost)
    assert step is not None
    assert step.state is State.ROLLING_BACK


@given(signals)
def test_no_injection_unless_the_steady_state_holds(seen: Signals) -> None:
    step = move(State.CHECKING, seen)
    if seen.steady is not Outcome.HOLDS:
        assert step is None or step.state is State.BLOCKED


@given(st.sampled_from([State.SCHEDULED, State.CLAIMED, State.CHECKING]), signals)
def test_a_denying_guard_blocks_before_the_fault(state: State, seen: Signals) -> None:
    denied = Signals(denied=("a rollout is running",), steady=seen.steady, undo=seen.undo)
    step = move(state, denied)
    assert step is not None
    assert step.state is State.BLOCKED
    assert "a rollout is running" in step.reason


@pytest.mark.parametrize("state", [State.ROLLING_BACK, State.UNDO_FAILED, State.VERIFYING])
def test_guards_and_aborts_never_stop_a_repair(state: State) -> None:
    quiet = Signals(undo=Undo.UNDONE, settled=True)
    loud = Signals(undo=Undo.UNDONE, settled=True, stop="kill switch", denied=("a rollout is running",), crashed=True)
    assert move(state, loud) == move(state, quiet)


def test_every_state_is_final_active_or_scheduled() -> None:
    assert set(State) == FINAL | ACTIVE | {State.SCHEDULED}


def test_undo_failed_waits_for_a_proven_undo() -> None:
    assert move(State.UNDO_FAILED, Signals(undo=Undo.FAILED)) is None
    step = move(State.UNDO_FAILED, Signals(undo=Undo.UNDONE))
    assert step is not None
    assert step.state is State.VERIFYING
