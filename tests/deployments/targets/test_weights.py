"""Shares become whole weights and shares again, and lose nothing that matters on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.targets.contract import TargetError
from deployments.targets.traffic import same, share_of
from deployments.targets.weights import attainable, described, ratio

MOST = st.sampled_from([100, 255, 999])


@pytest.mark.parametrize(("share", "weights"), [(0.05, (95, 5)), (0.5, (50, 50)), (0, (100, 0)), (1, (0, 100))])
def test_percent_are_written_as_percent(share: float, weights: tuple[int, int]) -> None:
    assert ratio(share, 999) == weights


@given(st.floats(0, 1), MOST)
def test_weights_are_whole_and_in_range_and_near(share: float, most: int) -> None:
    base, canary = ratio(share, most)
    assert 0 <= base <= most
    assert 0 <= canary <= most
    assert (canary == 0) == (share == 0)
    assert (base == 0) == (share == 1)
    assert canary / (base + canary) == pytest.approx(share, abs=1 / most)


@given(st.floats(0, 1), MOST)
def test_what_was_written_reads_as_what_was_wanted(share: float, most: int) -> None:
    wanted = attainable({"version": "a", "weights": {"b": share}}, most)
    base, canary = ratio(share_of(wanted, "b"), most)
    assert same(described({"a": base, "b": canary}, "b"), wanted) or share == 1


@pytest.mark.parametrize("share", [-0.01, 1.01, 5])
def test_a_share_outside_zero_to_one_is_refused(share: float) -> None:
    with pytest.raises(TargetError, match="between 0 and 1"):
        ratio(share, 999)


def test_more_versions_than_two_are_all_told() -> None:
    seen = described({"a": 6, "b": 3, "c": 1}, "c")
    assert seen == {"version": "a", "weights": {"b": 0.3, "c": 0.1}}


def test_only_the_canary_serves() -> None:
    assert described({"a": 0, "b": 5}, "b") == {"version": "b", "weights": {}}
