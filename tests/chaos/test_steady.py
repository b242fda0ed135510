"""No worse than before: few false alarms however often one looks, and real rises are seen."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.engine.steady import WORSE_AT, Counts, evidence, upper_bound

requests = st.integers(1, 100_000)
shares = st.floats(0, 1)
margins = st.floats(1, 10)


def counts(total: int, share: float) -> Counts:
    return Counts(total, round(total * share))


@given(requests, shares)
def test_the_bound_lies_above_the_rate_that_was_seen(total: int, share: float) -> None:
    seen = counts(total, share)
    assert seen.rate <= upper_bound(seen) <= 1


@pytest.mark.parametrize(
    ("total", "errors", "bound"), [(1000, 0, 1 - 0.001 ** (1 / 1000)), (100, 0, 0.0667), (5, 5, 1)]
)
def test_the_bound_is_exact_where_it_can_be_worked_out_by_hand(total: int, errors: int, bound: float) -> None:
    assert upper_bound(Counts(total, errors)) == pytest.approx(bound, rel=1e-3)


@given(requests, shares, requests, shares, margins)
def test_no_counts_make_it_fail_and_the_same_rate_is_never_worse(
    n: int, before: float, m: int, under: float, margin: float
) -> None:
    assert 0 <= evidence(counts(n, before), counts(m, under), margin) < 1e7
    assert evidence(counts(n, before), Counts(m, m * counts(n, before).rate), margin) < WORSE_AT


@given(requests, shares, requests, st.integers(0, 1000), margins)
def test_one_more_error_never_lowers_the_evidence(n: int, before: float, m: int, errors: int, margin: float) -> None:
    base = counts(n, before)
    fewer, more = (evidence(base, Counts(m, min(m, e)), margin) for e in (errors, errors + 1))
    assert more >= fewer * (1 - 1e-9)


@given(st.integers(0, 10_000), shares)
def test_nothing_to_compare_with_is_no_evidence(total: int, share: float) -> None:
    seen = counts(total, share)
    assert evidence(Counts(0, 0), seen, 1.05) == 1.0
    assert evidence(seen, Counts(0, 0), 1.05) == 1.0


def test_looking_after_every_request_calls_a_healthy_service_worse_in_at_most_one_of_a_hundred_runs() -> None:
    dice = random.Random(7)
    rate, alarms, runs = 0.05, 0, 400
    for _ in range(runs):
        before = Counts(2000, sum(dice.random() < rate for _ in range(2000)))
        errors = 0
        for seen in range(1, 401):
            errors += dice.random() < rate
            if seen % 10 == 0 and evidence(before, Counts(seen, errors), 1.0) > WORSE_AT:
                alarms += 1
                break
    # 1.1 % of 400 runs are 4.4; twelve or more would have a chance of about one in 500.
    assert alarms < 12


def test_a_service_that_fails_five_times_as_often_is_seen_within_some_hundred_requests() -> None:
    assert evidence(Counts(10_000, 100), Counts(500, 25), 1.05) > WORSE_AT


def test_a_rise_below_the_margin_is_not_called_worse() -> None:
    assert evidence(Counts(1_000_000, 10_000), Counts(100_000, 1_900), 2.0) < WORSE_AT
