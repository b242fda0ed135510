"""Plain thresholds behave as Argo's analysis runs and Flagger's checks do."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.engine.plan.reading import PlanError
from deployments.engine.thresholds import limits
from deployments.engine.thresholds.conditions import Condition, NoAnswer
from deployments.engine.thresholds.run import ERROR, FAILED, INCONCLUSIVE, PENDING, RUNNING, SUCCESSFUL, outcome, run

NAN = float("nan")


def came(raw: dict[str, Any], *values: float | None) -> str:
    """The phase of a run."""
    return run(limits.parse(raw, "limits"), values).phase


@pytest.mark.parametrize(
    ("text", "value", "wanted"),
    [
        ("result <= 0.05", 0.05, True),
        ("result[0] < 0.05 || result[0] > 1", 2.0, True),
        ("!(result > 1) && result >= 0", 0.5, True),
        ("isNaN(result)", NAN, True),
        ("isNil(result)", None, True),
        ("default(result, 0) < 1", None, True),
        ("default(result, 0) < 1", NAN, True),
        ("asInt(result) == 3", 3.9, True),
        ("isInf(result) || asFloat(result) != 1e3", 1000.0, False),
        ("true", 1.0, True),
    ],
)
def test_a_condition_answers_for_a_value(text: str, value: float | None, wanted: bool) -> None:
    assert Condition(text)(value) is wanted


@pytest.mark.parametrize(
    "text",
    ["", "result <", "result[1] < 2", "__import__('os')", "result; 1", "len(result)", "(" * 30 + "1", "isNaN()", "1 2", "=", "result < 1 &&"],
)  # fmt: skip
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(PlanError):
        Condition(text)


@given(st.text(max_size=40))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    try:
        condition = Condition(text)
    except PlanError:
        return
    with contextlib.suppress(NoAnswer):
        condition(0.5)


def test_with_both_conditions_failure_wins_and_neither_is_open() -> None:
    both = limits.parse({"success": "result < 1", "failure": "result > 0.5"}, "limits")
    assert [outcome(both, value) for value in (0.2, 0.7, 3.0)] == [SUCCESSFUL, FAILED, FAILED]
    gap = limits.parse({"success": "result < 1", "failure": "result > 2"}, "limits")
    assert outcome(gap, 1.5) == INCONCLUSIVE
    only = limits.parse({"failure": "result > 2"}, "limits")
    assert [outcome(only, value) for value in (1.0, 3.0)] == [SUCCESSFUL, FAILED]


def test_the_first_failure_ends_it_unless_more_are_allowed() -> None:
    assert came({"success": "result < 1"}, 0, 5) == FAILED
    assert came({"success": "result < 1", "failure_limit": 1}, 0, 5, 0) == RUNNING
    assert came({"success": "result < 1", "failure_limit": 1}, 5, 0, 5) == FAILED
    assert came({"success": "result < 1", "failure_limit": -1}, *[5] * 50) == RUNNING


def test_five_errors_in_a_row_end_it_and_a_value_in_between_begins_anew() -> None:
    raw = {"success": "result < 1"}
    assert came(raw, *[None] * 4) == RUNNING
    assert came(raw, *[None] * 5) == ERROR
    assert came(raw, *[None] * 4, 0, *[None] * 4) == RUNNING


def test_a_count_ends_it_and_errors_do_not_count() -> None:
    assert came({"success": "result < 1", "count": 3}, 0, None, 0) == RUNNING
    assert came({"success": "result < 1", "count": 3}, 0, None, 0, 0) == SUCCESSFUL
    assert came({"success": "result < 1", "interval_seconds": 0}, 0) == SUCCESSFUL


def test_successes_in_a_row_that_do_not_come_leave_it_open_or_fail_it() -> None:
    raw = {"success": "result < 1", "count": 3, "consecutive_success_limit": 3, "failure_limit": 5}
    assert came(raw, 0, 0, 0) == SUCCESSFUL
    assert came(raw, 0, 5, 0) == INCONCLUSIVE
    assert came({**raw, "failure_limit": -1}, 0, 5, 0) == FAILED


def test_an_open_measurement_asks_a_person() -> None:
    raw = {"success": "result < 1", "failure": "result > 2"}
    assert came(raw, 1.5) == INCONCLUSIVE
    assert came({**raw, "inconclusive_limit": 1}, 1.5) == RUNNING


def test_flagger_counts_failed_checks_over_the_whole_run_and_a_missing_value_is_one() -> None:
    raw = {"max": 1, "failed_checks": 2}
    assert came(raw, 5, 0, 0) == RUNNING
    assert came(raw, 5, 0, None) == FAILED
    assert came({"min": 99, "max": 100}, 98.9) == FAILED
    assert came({"min": 99}, 99, 100) == RUNNING
    assert came(raw) == PENDING


@pytest.mark.parametrize(
    "raw",
    [{}, {"min": "1"}, {"max": 1, "count": 2}, {"success": 5}, {"success": "result < 1", "count": -1}, {"max": 1, "interval_seconds": 5}, []],
)  # fmt: skip
def test_limits_that_say_nothing_are_refused(raw: Any) -> None:
    with pytest.raises(PlanError):
        limits.parse(raw, "limits")
