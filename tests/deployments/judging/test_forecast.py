"""The forecast before the start, and the replay after the end."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.canary_runs import Traffic, at, rollbacks
from deployments.engine.forecast import Step, forecast
from deployments.engine.judges.measured import Bucket, Measured
from deployments.engine.plan.analysis import ERRORS, Analysis
from deployments.engine.plan.analysis import parse as analysis
from deployments.engine.replay import MOST_LOOKS, replay
from deployments.engine.sequential import Interval, Rule

PLAN = [Step("Canary", 5, 900), Step("Half", 50, 1200), Step("All", 100, 3600)]


@pytest.mark.parametrize("lift", [1.5, 2.0])
def test_the_forecast_is_within_a_quarter_of_the_simulated_median(lift: float) -> None:
    rule = Rule(margin=1.0)
    found = forecast([Step("Canary", 10, 7200)], rule, per_minute=10_000, rate=0.01, period=10)
    told = next(sight.seconds for sight in found.sights if sight.lift == lift)
    seen = 10 * at(rollbacks(Traffic(167, 1500, lift=lift), rule, 200, 3, looks=720), 0.5)
    assert told == pytest.approx(seen, rel=0.25)


def test_a_segment_without_a_baseline_adds_nothing() -> None:
    with_end, without = (forecast(plan, Rule(), per_minute=5000, rate=0.01, period=60) for plan in (PLAN, PLAN[:2]))
    assert with_end.sights == without.sights
    assert [step.name for step in with_end.steps] == ["Canary", "Half"]


def test_a_plan_that_cannot_see_says_so() -> None:
    found = forecast(PLAN, Rule(), per_minute=5, rate=0.001, period=60)
    assert found.blind
    assert found.sights[2].requests is None
    assert forecast([Step("All", 100, 600)], Rule(), per_minute=5, rate=0.01, period=60).blind


@given(st.floats(1, 1e6), st.floats(1e-5, 0.5))
def test_larger_rises_and_more_traffic_are_seen_sooner(per_minute: float, rate: float) -> None:
    found = forecast(PLAN, Rule(), per_minute=per_minute, rate=rate, period=60)
    more = forecast(PLAN, Rule(), per_minute=per_minute * 3, rate=rate, period=60)
    late = float("inf")
    seconds = [sight.seconds or late for sight in found.sights]
    assert seconds == sorted(seconds, reverse=True)
    assert all((sight.seconds or late) <= before for sight, before in zip(more.sights, seconds, strict=True))
    assert all(0 <= chance <= 1 for sight in found.sights for chance in sight.by_segment)


@pytest.mark.parametrize(("per_minute", "rate"), [(0, 0.01), (-1, 0.01), (10, 0), (10, 1), (float("nan"), 0.1)])
def test_traffic_that_cannot_be_is_refused(per_minute: float, rate: float) -> None:
    with pytest.raises(ValueError, match="A forecast needs"):
        forecast(PLAN, Rule(), per_minute=per_minute, rate=rate, period=60)


def measured(lift: float, minutes: int = 60) -> list[Measured]:
    """An hour of a rollout whose canary has ``lift`` times the errors."""
    rng = random.Random(12)
    rows = Traffic(lift=lift).intervals(rng, minutes)
    return [Measured(ERRORS, [Bucket(60 * n, row) for n, row in enumerate(rows)])]


def told(
    lift: float, rule: Rule, section: dict[str, object] | None = None, minutes: int = 60
) -> tuple[float | None, str]:
    """When it would have been rolled back, and the last state."""
    judged = analysis(section or {}) if section else Analysis(metrics=(ERRORS,))
    rows = [replace(one, metric=judged.counts or ERRORS) for one in measured(lift, minutes)]
    found = replay(judged, rows, rule, began=0, period=60, minimum=100)
    assert found.last is not None
    return found.rolled_back_after, found.last.state


def test_a_stricter_rule_rolls_back_sooner_and_a_looser_one_later_or_never() -> None:
    strict, usual, loose = (
        told(1.6, Rule(alpha=alpha, margin=margin, lift=3))[0]
        for alpha, margin in ((0.05, 1.0), (0.01, 1.05), (0.01, 2.0))
    )
    assert strict is not None
    assert usual is not None
    assert strict <= usual
    assert loose is None


def test_the_same_rollout_under_other_judges() -> None:
    limits = {"judge": "thresholds", "metrics": [{"name": "errors", "limits": {"max": 0.005}}]}
    assert told(1.0, Rule(), limits)[0] == 120
    assert told(2.0, Rule(), {"judge": "obrien_fleming", "maximum_seconds": 3600})[0] is not None
    assert told(1.0, Rule()) == (None, "no_worse")


def test_a_long_rollout_is_looked_at_at_most_120_times_and_to_its_end() -> None:
    found = replay(Analysis(metrics=(ERRORS,)), measured(1.0, 500), Rule(), began=0, period=60, minimum=100)
    assert found.looks <= MOST_LOOKS
    assert found.points[-1][0] == 500 * 60


def test_a_rollout_in_which_nothing_was_measured_has_no_verdict() -> None:
    found = replay(Analysis(), [Measured(ERRORS)], Rule(), began=0, period=60, minimum=0)
    assert (found.last, found.looks) == (None, 0)
    alone = replay(Analysis(), [], Rule(), began=0, period=60, minimum=0, traffic=[(0, Interval(1, 0, 1, 0))])
    assert alone.last is None
