"""The sequential test keeps its promises: seldom a false rollback, blind to shared incidents, quick on real regressions."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.engine import power
from deployments.engine.sequential import Interval, Rule, evidence_safe, evidence_worse, log_ratios, mean_of_exp

COUNTS = st.integers(min_value=0, max_value=5000)
INTERVALS = st.lists(
    st.tuples(COUNTS, COUNTS, st.floats(0, 0.3), st.floats(0, 0.3)).map(
        lambda t: Interval(t[0], int(t[0] * t[2]), t[1], int(t[1] * t[3]))
    ),
    max_size=8,
)


def drawn(rng: random.Random, mean: float) -> int:
    """A Poisson number, by its normal approximation where the mean is large."""
    if mean > 40:
        return max(0, round(rng.gauss(mean, mean**0.5)))
    count, gap = 0, rng.expovariate(1.0)
    while gap < mean:
        count, gap = count + 1, gap + rng.expovariate(1.0)
    return count


def looks_until_rollback(rng: random.Random, rule: Rule, lift: float, *, burst: bool = False, looks: int = 120) -> int:
    """How many one-minute looks at 1 000 + 9 000 requests it takes; 0 for never."""
    logs = [0.0] * len(rule.worse)
    for look in range(1, looks + 1):
        rate = 0.03 if burst and 30 <= look < 45 else 0.01
        interval = Interval(1000, drawn(rng, 1000 * rate * lift), 9000, drawn(rng, 9000 * rate))
        added = log_ratios([interval], rule.margin, tuple(rule.worse))
        logs = [before + more for before, more in zip(logs, added, strict=True)]
        if mean_of_exp(logs, tuple(rule.worse.values())) >= -power.log(rule.alpha):
            return look
    return 0


@pytest.mark.parametrize("burst", [False, True])
def test_looking_every_minute_for_two_hours_rolls_back_at_most_one_good_canary_in_a_hundred(burst: bool) -> None:
    rng = random.Random(20261123)
    false = sum(bool(looks_until_rollback(rng, Rule(margin=1.0), 1.0, burst=burst)) for _ in range(800))
    assert false <= 8


def test_a_doubled_error_rate_is_seen_within_five_thousand_canary_requests_in_nine_of_ten_cases() -> None:
    rng = random.Random(7)
    looks = sorted(looks_until_rollback(rng, Rule(), 2.0) or 999 for _ in range(100))
    assert looks[89] <= 5


@given(INTERVALS, INTERVALS)
def test_evidence_does_not_depend_on_the_order_of_the_intervals(first: list[Interval], second: list[Interval]) -> None:
    assert evidence_worse(first + second, Rule()) == pytest.approx(evidence_worse(second + first, Rule()), rel=1e-6)


@given(INTERVALS)
def test_more_canary_errors_never_lower_the_evidence_that_it_is_worse(intervals: list[Interval]) -> None:
    more = [Interval(i.canary_requests, i.canary_errors + 3, i.baseline_requests, i.baseline_errors) for i in intervals]
    assert evidence_worse(more, Rule()) >= evidence_worse(intervals, Rule()) * (1 - 1e-9)
    assert evidence_safe(more, Rule()) <= evidence_safe(intervals, Rule()) * (1 + 1e-9)


@given(st.lists(st.integers(1, 5000), max_size=6), st.integers(0, 50))
def test_an_interval_without_a_baseline_says_nothing(requests: list[int], errors: int) -> None:
    assert evidence_worse(
        [Interval(count, min(errors, count), 0, 0) for count in requests] or [], Rule()
    ) == pytest.approx(1)


def test_the_chance_of_seeing_a_rise_grows_with_traffic_and_with_the_rise() -> None:
    hour = [Interval(1000, 10, 9000, 90)] * 60
    assert power.seen_by_now(hour[:10], Rule(), 1.5) < power.seen_by_now(hour, Rule(), 1.5)
    chances = [power.seen_by_now(hour[:20], Rule(), lift) for lift in (1.2, 1.5, 2.0)]
    assert all(low < high for low, high in pairwise(chances))


@pytest.mark.parametrize("lift", [1.2, 1.5])
def test_the_forecast_is_within_a_quarter_of_the_simulated_median(lift: float) -> None:
    rule, rng = Rule(margin=1.0), random.Random(3)
    looks = sorted(looks_until_rollback(rng, rule, lift) or 999 for _ in range(200))
    minute = [Interval(1000, 10, 9000, 90)]
    forecast = power.seconds_until_seen(minute, rule, lift, seconds=60, target=0.5)
    assert forecast is not None
    assert 1 + forecast / 60 == pytest.approx(looks[100] - 0.5, rel=0.25)


@pytest.mark.parametrize("values", [{"alpha": 0}, {"margin": 0.9}, {"margin": 1.3}, {"beta": 1}])
def test_a_rule_that_promises_nothing_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="rule needs"):
        Rule(**values)
