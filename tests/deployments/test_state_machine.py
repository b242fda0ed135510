"""Rollouts move only along the table; plans are data that is checked before use."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.engine.plan.segments import PlanError, bake_progress, parse, remaining_seconds
from deployments.engine.rollout import ENDED, TRANSITIONS, IllegalMove, State, may, move

TWO = {
    "segments": [
        {"name": "Canary", "weight": 5, "bake_seconds": 60},
        {"name": "All", "weight": 100, "bake_seconds": 120},
    ]
}


@given(st.sampled_from(State), st.sampled_from(State))
def test_a_move_outside_the_table_is_refused(now: State, to: State) -> None:
    if may(now, to):
        assert move(now, to) == to
    else:
        with pytest.raises(IllegalMove):
            move(now, to)


@given(st.lists(st.sampled_from(State), max_size=12))
def test_a_rolled_back_rollout_never_moves_again(path: list[State]) -> None:
    state = State.PLANNED
    for to in path:
        if may(state, to):
            assert state != State.ROLLED_BACK
            state = move(state, to)


def test_every_state_can_be_left_or_is_an_end() -> None:
    assert all(TRANSITIONS[state] or state in ENDED for state in State)


def test_every_active_rollout_can_be_rolled_back() -> None:
    assert all(
        may(state, State.ROLLING_BACK) for state in (State.PLANNED, State.RUNNING, State.PAUSED, State.SUCCEEDED)
    )


@pytest.mark.parametrize(
    ("definition", "says"),
    [
        ({"segments": []}, "1 to 40"),
        ({"segments": [{"name": "a", "weight": 50}]}, "100 %"),
        (
            {"segments": [{"name": "a", "weight": 50}, {"name": "b", "weight": 20}, {"name": "c", "weight": 100}]},
            "rise",
        ),
        ({"segments": [{"name": "a", "weight": 101}]}, "at most 100"),
        ({"segments": [{"name": "a", "weight": True}]}, "weight"),
        ({"segments": [{"name": "a", "run": "rm"}]}, "keys"),
        ({"segments": [{"name": "a", "bake_seconds": -1}]}, "bake_seconds"),
        ({**TWO, "shell": "x"}, "Unknown keys"),
        ({**TWO, "strategy": "big_bang"}, "strategy"),
        ({**TWO, "rule": {"alpha": 2}}, "alpha"),
        ({**TWO, "rule": {"alpha": None}}, "number"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused_in_words(definition: dict[str, Any], says: str) -> None:
    with pytest.raises(PlanError, match=says):
        parse(definition)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["segments", "name", "weight", "rule", "period"]), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_no_definition_makes_the_parser_fall_over(value: Any) -> None:
    with contextlib.suppress(PlanError):
        parse(value if isinstance(value, dict) else {"segments": value})


def test_progress_and_the_time_that_remains() -> None:
    assert bake_progress(60, 30) == 50
    assert bake_progress(60, 600) == 100
    assert remaining_seconds([("weight", 60, 20), ("weight", 120, 0), ("external", 900, 0)]) == 160
    assert remaining_seconds([("weight", 120, 500)]) == 0
