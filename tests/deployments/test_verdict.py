"""A verdict says what it knows, and never calls silence good."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.engine import power
from deployments.engine.plan.segments import Segment
from deployments.engine.rollout import Action, decide
from deployments.engine.sequential import Interval, Rule
from deployments.engine.verdict import INCONCLUSIVE, INSUFFICIENT, NO_WORSE, WORSE, Verdict, judge

SEGMENT = Segment("Canary", "5 %", "weight", 5, 60, 100, "")


def verdict(intervals: list[Interval], counted: int = 1000, minimum: int = 100) -> Verdict:
    """A judgement of ten minutes of traffic."""
    return judge(intervals, Rule(), minimum=minimum, counted=counted, seconds=600)


def test_no_counts_is_inconclusive_and_never_good() -> None:
    assert verdict([], counted=0).state == INCONCLUSIVE
    assert verdict([Interval(5000, 50, 5000, 50)], counted=0).state == INCONCLUSIVE


def test_the_first_counts_may_be_awaited_but_even_then_nothing_passes() -> None:
    judged = judge([], Rule(), minimum=0, counted=0, seconds=0, awaited=True)
    assert judged.state == INSUFFICIENT
    assert decide(SEGMENT.bake_seconds, 600, judged, early=True).action == Action.PAUSE


def test_too_few_requests_is_no_verdict() -> None:
    judged = verdict([Interval(40, 0, 900, 9)], counted=40)
    assert judged.state == INSUFFICIENT
    assert "40 of 100" in judged.headline


def test_a_canary_with_three_times_the_errors_is_worse() -> None:
    judged = verdict([Interval(5000, 150, 45_000, 450)])
    assert judged.state == WORSE
    assert judged.evidence_worse >= judged.roll_back_at == 100


def test_a_long_even_run_is_proven_no_worse() -> None:
    judged = verdict([Interval(60_000, 600, 540_000, 5400)])
    assert (judged.state, judged.proven) == (NO_WORSE, True)


def test_a_short_even_run_is_no_worse_but_not_proven_and_says_what_it_could_have_seen() -> None:
    judged = verdict([Interval(600, 6, 10_000, 100)])
    assert (judged.state, judged.proven) == (NO_WORSE, False)
    assert "of cases" in judged.sentence
    assert judged.seen < 0.2


def test_a_canary_that_serves_alone_is_taken_back_above_twice_the_rate_and_not_below() -> None:
    before = [Interval(5000, 50, 45_000, 450)]
    assert verdict([*before, Interval(20_000, 260, 0, 0)]).state == NO_WORSE
    judged = verdict([*before, Interval(20_000, 800, 0, 0)])
    assert judged.state == WORSE
    assert "With all traffic" in judged.sentence


def test_some_evidence_short_of_the_bound_is_inconclusive() -> None:
    judged = verdict([Interval(1000, 22, 9000, 90)])
    assert 10 <= judged.evidence_worse < 100
    assert judged.state == INCONCLUSIVE


@given(st.floats(0, 10_000), st.integers(0, 400), st.integers(0, 20_000), st.booleans())
def test_only_no_worse_passes_and_worse_always_rolls_back(
    elapsed: float, errors: int, requests: int, early: bool
) -> None:
    judged = verdict([Interval(requests, min(errors, requests), 50_000, 500)], counted=requests)
    action = decide(SEGMENT.bake_seconds, elapsed, judged, early=early).action
    assert (action == Action.ROLL_BACK) == (judged.state == WORSE)
    assert action != Action.PASS or judged.state == NO_WORSE
    assert elapsed >= SEGMENT.bake_seconds or action != Action.PASS or (early and judged.proven)


def test_a_proven_canary_passes_before_its_bake_time_only_where_the_plan_says_so() -> None:
    judged = verdict([Interval(60_000, 600, 540_000, 5400)])
    assert decide(SEGMENT.bake_seconds, 10, judged, early=True).action == Action.PASS
    assert decide(SEGMENT.bake_seconds, 10, judged, early=False).action == Action.WAIT


def test_a_segment_without_a_verdict_asks_a_person_in_the_end() -> None:
    assert decide(SEGMENT.bake_seconds, 179, verdict([], counted=0), early=True).action == Action.WAIT
    assert decide(SEGMENT.bake_seconds, 181, verdict([], counted=0), early=True).action == Action.PAUSE


def test_evidence_below_even_odds_is_told_as_it_is() -> None:
    assert verdict([Interval(5000, 30, 45_000, 450)]).evidence_worse < 0.5


def test_a_day_of_minutes_is_judged_quickly_and_its_chances_are_those_of_its_sums() -> None:
    day = [Interval(1000, 10, 9000 + minute % 7, 90) for minute in range(1440)]
    begin = time.process_time()
    judged = verdict(day)
    assert time.process_time() - begin < 0.5
    assert power.seen_by_now(power.merged(day[:40]), Rule(), 1.2) == pytest.approx(
        power.seen_by_now(day[:40], Rule(), 1.2), abs=0.01
    )
    assert judged.proven
