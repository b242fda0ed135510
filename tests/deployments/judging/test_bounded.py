"""The tests with an error bound: they keep it, do not care for units or order, and say more the more there is."""

from __future__ import annotations

import random
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.engine import obrien_fleming, symmetric
from deployments.engine.sequential import Interval, Rule, evidence_worse, log_ratios
from deployments.engine.symmetric import LATENCY, VALUE, Pair

NUMBERS = st.floats(0.01, 1e6)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS).map(lambda both: Pair(0, *both)), max_size=30)
RULE = Rule(margin=1.0)


def pairs(rng: random.Random, ratio: float, count: int = 60, noise: float = 0.05) -> list[Pair]:
    """Latencies with drift that both versions share."""
    found, drift = [], 0.0
    for number in range(count):
        drift = 0.8 * drift + rng.gauss(0, 0.15)
        ours, theirs = exp(drift + rng.gauss(0, noise)), exp(drift + rng.gauss(0, noise))
        found.append(Pair(number, ours * ratio, theirs))
    return found


def test_the_mean_of_the_evidence_on_equal_versions_stays_at_one() -> None:
    rng = random.Random(8)
    logs = [symmetric.log_evidence([rng.choice((-1, 1)) * 0.05 for _ in range(6)]) for _ in range(4000)]
    assert sum(map(exp, logs)) / len(logs) == pytest.approx(1, abs=0.15)


def test_the_mean_of_the_evidence_of_counts_stays_at_one_whatever_the_traffic() -> None:
    """The errors of an interval fall on the canary by its share of the requests."""
    rng, total = random.Random(9), 0.0
    for _ in range(4000):
        value = 0.0
        for share in (0.05, 0.25, 0.5):
            canary = sum(rng.random() < share for _ in range(8))
            value += log_ratios([Interval(1000 * share, canary, 1000 * (1 - share), 8 - canary)], 1.0, (1.5,))[0]
        total += exp(value)
    assert total / 4000 == pytest.approx(1, abs=0.1)


def test_slower_latency_is_seen_through_shared_drift_and_equal_latency_is_left_alone() -> None:
    rng = random.Random(1)
    assert all(symmetric.evidence_worse(pairs(rng, 1.1), RULE, LATENCY) >= 100 for _ in range(20))
    assert sum(symmetric.evidence_worse(pairs(rng, 1.0), RULE, LATENCY) >= 100 for _ in range(200)) <= 2


def test_a_margin_leaves_room() -> None:
    rng = random.Random(2)
    slow = pairs(rng, 1.05, 120)
    assert symmetric.evidence_worse(slow, RULE, LATENCY) > symmetric.evidence_worse(slow, Rule(margin=1.1), LATENCY)


def test_no_single_bucket_counts_more_than_double() -> None:
    assert symmetric.evidence_worse([Pair(0, 1e12, 1e-9)], RULE, LATENCY) <= 2
    assert symmetric.evidence_worse([Pair(n, 2.0, 1.0) for n in range(8)], RULE, LATENCY) >= 100


def test_what_falls_is_worse_where_less_is_worse() -> None:
    fallen = [Pair(n, 70 + n % 3, 100 + n % 5) for n in range(20)]
    assert symmetric.evidence_worse(fallen, RULE, VALUE, falls=True) >= 100
    assert symmetric.evidence_worse(fallen, RULE, VALUE) < 1


@given(PAIRS, st.sampled_from((1e-6, 1e-3, 1e3, 1e6)), st.sampled_from((LATENCY, VALUE)))
def test_the_evidence_of_values_does_not_depend_on_their_unit(found: list[Pair], scale: float, kind: str) -> None:
    scaled = [Pair(one.at, one.canary * scale, one.baseline * scale) for one in found]  # type: ignore[operator]
    before = symmetric.evidence_worse(found, RULE, kind)
    assert symmetric.evidence_worse(scaled, RULE, kind) == pytest.approx(before, rel=1e-6)


@given(PAIRS, st.floats(1, 10))
def test_a_slower_canary_never_has_less_evidence(found: list[Pair], more: float) -> None:
    slower = [Pair(one.at, one.canary * more, one.baseline) for one in found]  # type: ignore[operator]
    assert symmetric.evidence_worse(slower, RULE, LATENCY) >= symmetric.evidence_worse(found, RULE, LATENCY) * (
        1 - 1e-9
    )


@given(PAIRS, st.randoms())
def test_the_order_of_buckets_does_not_matter(found: list[Pair], rng: random.Random) -> None:
    before = symmetric.evidence_worse(found, RULE, LATENCY)
    rng.shuffle(found)
    assert symmetric.evidence_worse(found, RULE, LATENCY) == pytest.approx(before, rel=1e-6)


@given(st.integers(1, 400), st.integers(1, 50), st.integers(2, 10))
def test_buckets_with_the_same_share_may_be_merged(requests: int, errors: int, parts: int) -> None:
    errors = min(errors, requests)
    one = Interval(requests, errors, 9 * requests, 3 * errors)
    whole = Interval(requests * parts, errors * parts, 9 * requests * parts, 3 * errors * parts)
    assert evidence_worse([one] * parts, RULE) == pytest.approx(evidence_worse([whole], RULE), rel=1e-6)


@pytest.mark.parametrize(
    ("alpha", "looks", "published"),
    [(0.025, 5, 2.040), (0.025, 10, 2.087), (0.025, 20, 2.126), (0.005, 5, 2.621)],
)
def test_the_bound_for_any_number_of_looks_lies_above_those_for_a_fixed_number(
    alpha: float, looks: int, published: float
) -> None:
    assert published < obrien_fleming.bound(alpha)
    assert obrien_fleming.bound(alpha) - 0.62 / looks**0.5 == pytest.approx(published, abs=0.12)


def test_the_odds_reach_one_over_alpha_exactly_at_the_bound() -> None:
    for alpha, skew in ((0.01, 0.0), (0.05, 0.0), (0.01, 0.1)):
        reached = obrien_fleming.bound(alpha, skew) * 120**0.5
        assert obrien_fleming.odds(reached, 120, skew) == pytest.approx(1 / alpha, rel=1e-6)


def test_a_good_canary_seldom_crosses_and_a_bad_one_does_within_the_plan() -> None:
    rng = random.Random(6)

    def run(ratio: float) -> bool:
        signs = [log(ratio) + rng.gauss(0, 0.1) for _ in range(60)]
        scores = obrien_fleming.sign_scores(signs)
        return any(obrien_fleming.evidence(scores[:n], 60) >= 100 for n in range(1, 61))

    assert sum(run(1.0) for _ in range(400)) <= 8
    assert sum(run(1.2) for _ in range(50)) >= 48


def test_what_comes_after_the_planned_end_is_not_looked_at() -> None:
    scores = [0.0] * 10 + [5.0] * 100
    assert obrien_fleming.evidence(scores, 10) == 1
    assert obrien_fleming.evidence(scores, 110) > 100


def test_an_interval_that_cannot_be_compared_scores_nothing() -> None:
    assert obrien_fleming.count_scores([Interval(10, 5, 0, 0), Interval(10, 0, 90, 0)], 1.0) == ([0.0, 0.0], 0.0)
