"""Probes and tolerances: a value that is not known is neither holds nor broken."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.engine.hypothesis import Outcome, Probe, Tolerance, amount, overall, ratio, read, summary
from chaos.engine.sources import Metric

numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)


def probe(tolerance: Tolerance, unit: str = "hosts") -> Probe:
    return Probe("healthy", "Healthy hosts", unit, Metric("AWS/ApplicationELB", "HealthyHostCount"), tolerance)


@given(numbers, numbers, numbers)
def test_a_range_accepts_exactly_what_lies_between_its_bounds(a: float, b: float, value: float) -> None:
    low, high = min(a, b), max(a, b)
    assert Tolerance(low, high).accepts(value) == (low <= value <= high)


@given(numbers)
def test_the_bounds_belong_to_the_range(bound: float) -> None:
    assert read(probe(Tolerance(low=bound)), bound).outcome is Outcome.HOLDS
    assert read(probe(Tolerance(high=bound)), bound).outcome is Outcome.HOLDS


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_a_value_that_nobody_could_read_is_unknown(value: float | None) -> None:
    reading = read(probe(Tolerance(low=0)), value, "CloudWatch denied the read")
    assert reading.outcome is Outcome.UNKNOWN
    assert "CloudWatch denied the read" in reading.sentence


def test_a_broken_reading_names_the_value_and_what_was_expected() -> None:
    reading = read(probe(Tolerance(low=4)), 3)
    assert reading.sentence == "Healthy hosts is 3 hosts, but at least 4 hosts was expected."


def test_a_share_is_written_in_percent() -> None:
    assert amount(0.0094, "share") == "0.94 %"
    assert Tolerance(high=0.01).words("share") == "at most 1 %"


@given(st.lists(st.sampled_from(Outcome)))
def test_one_broken_breaks_all_and_one_unknown_leaves_it_open(outcomes: list[Outcome]) -> None:
    answer = overall(outcomes)
    if Outcome.BROKEN in outcomes:
        assert answer is Outcome.BROKEN
    else:
        assert (answer is Outcome.HOLDS) == (bool(outcomes) and Outcome.UNKNOWN not in outcomes)


def test_nothing_measured_is_unknown() -> None:
    assert overall([]) is Outcome.UNKNOWN


@given(numbers)
def test_a_share_of_nothing_is_not_known(errors: float) -> None:
    assert ratio(errors, 0.0) is None
    assert ratio(None, 5.0) is None


def test_the_summary_shows_only_what_carries_the_answer() -> None:
    good, bad = read(probe(Tolerance(low=1)), 2), read(probe(Tolerance(low=4)), 2)
    assert summary([good, bad]) == bad.sentence


@pytest.mark.parametrize(("low", "high"), [(None, None), (2.0, 1.0)])
def test_a_tolerance_that_nothing_can_meet_is_refused(low: float | None, high: float | None) -> None:
    with pytest.raises(ValueError, match="tolerance"):
        Tolerance(low, high)
