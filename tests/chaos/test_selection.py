"""How many hosts or tasks a fault may take, and which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.engine.selection import MOST, TooMany, choose, how_many

names = st.sets(st.text("abcdef0123456789", min_size=1, max_size=17), max_size=40)


@given(total=st.integers(0, 5000), percent=st.integers(1, 100))
def test_a_share_never_takes_more_than_half_nor_more_than_ten(total: int, percent: int) -> None:
    try:
        hit = how_many(total, percent=str(percent))
    except TooMany:
        return
    assert 1 <= hit <= MOST
    assert hit * 2 <= total


@given(total=st.integers(0, 5000), count=st.integers(1, 99))
def test_a_count_is_taken_as_it_is_or_refused(total: int, count: int) -> None:
    try:
        assert how_many(total, count=str(count)) == count
    except TooMany:
        assert count > min(MOST, total // 2)


@pytest.mark.parametrize("total", [0, 1])
def test_the_last_one_never_goes(total: int) -> None:
    with pytest.raises(TooMany, match="nothing would be left"):
        how_many(total, percent="1")


def test_too_many_says_how_many_may() -> None:
    with pytest.raises(TooMany, match="4 of 6 is more than may go at once: ask for at most 3"):
        how_many(6, count="4")


@given(names=names, count=st.integers(0, 10))
def test_the_choice_is_the_same_for_the_same_names_in_any_order(names: set[str], count: int) -> None:
    chosen = choose(sorted(names), count, "salt")
    assert chosen == choose(sorted(names, reverse=True), count, "salt")
    assert set(chosen) <= names
    assert len(chosen) == min(count, len(names))


def test_another_fault_chooses_others() -> None:
    everything = [f"i-{number:04}" for number in range(200)]
    assert choose(everything, 10, "instance-stop a") != choose(everything, 10, "instance-stop b")
