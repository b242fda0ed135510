"""Tolerances mean here what they mean in Chaos Toolkit, and only harmless forms are ever asked about."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.engine.hypothesis import Tolerance
from chaos.formats.toolkit import tolerances
from chaos.formats.toolkit.probes import Refused

NUMBERS = st.integers(-10_000, 10_000) | st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))


def ours(data: dict[str, Any]) -> Tolerance:
    """Our tolerance as the engine reads it."""
    low, high = data.get("between", (None, None))
    return Tolerance(data.get("at_least", low), data.get("at_most", high))


@given(st.tuples(NUMBERS, NUMBERS).map(sorted), NUMBERS)
def test_a_range_says_the_same_as_the_library(pair: list[float], value: float) -> None:
    tolerance = {"type": "range", "range": pair}
    assert ours(tolerances.as_number(tolerance)).accepts(value) == tolerances.accepts(tolerance, value)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=2).map(sorted), st.integers(-1100, 1100))
def test_two_numbers_are_bounds(pair: list[int], value: int) -> None:
    assert ours(tolerances.as_number(pair)).accepts(value) == tolerances.accepts(pair, value)


@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_a_whole_number_is_met_exactly(wanted: int, value: int) -> None:
    assert ours(tolerances.as_number(wanted)).accepts(value) == tolerances.accepts(wanted, value)


@given(st.text(min_size=1, max_size=20), st.text(max_size=40))
def test_a_plain_pattern_is_found_as_the_library_finds_it(pattern: str, body: str) -> None:
    try:
        plain = tolerances.literal(pattern)
    except Refused:
        return
    tolerance = {"type": "regex", "target": "body", "pattern": pattern}
    assert (plain in body) == tolerances.accepts(tolerance, {"status": 200, "body": body})


@pytest.mark.parametrize(
    ("tolerance", "words"),
    [
        (0.5, "never fits"),
        (None, "no tolerance"),
        ([], "holds values"),
        ([{}], "holds values"),
        ({"type": "probe", "provider": {"type": "process", "path": "id"}}, "code that judges"),
        ({"type": "jsonpath", "path": "$..*"}, "path into the answer"),
        ({"type": "regex"}, "needs a pattern"),
        ({"type": "regex", "pattern": "(a+)+$"}, "special characters"),
        ({"type": "regex", "pattern": "a\\d"}, "special characters"),
        ({"type": "regex", "pattern": "${secret}"}, "without ${}"),
        ({"type": "range", "range": [2, 1]}, "lower bound"),
        ({"type": "range", "range": [True, 2]}, "two numbers"),
        ({"type": "range", "range": [float("nan"), 2]}, "two numbers"),
        ({"type": "magic"}, "not known"),
    ],
)
def test_every_other_form_is_refused_before_the_library_sees_it(tolerance: Any, words: str) -> None:
    with pytest.raises(Refused, match=words.replace("$", r"\$").replace("{", r"\{")):
        tolerances.accepts(tolerance, 1)


def test_a_value_of_the_wrong_kind_does_not_fit() -> None:
    assert not tolerances.accepts({"type": "range", "range": [1, 2]}, None)
    assert not tolerances.accepts([1, 2], "x")


@pytest.mark.parametrize(
    ("tolerance", "status"),
    [(200, 200), ([200, 200], 200), ({"type": "range", "target": "status", "range": [200, 200]}, 200)],
)
def test_one_status_is_taken(tolerance: Any, status: int) -> None:
    assert tolerances.as_status(tolerance) == status


@pytest.mark.parametrize("tolerance", [[200, 204], True, "ok", 42, {"type": "range", "range": [200, 299]}, 200.0])
def test_several_or_no_status_is_refused(tolerance: Any) -> None:
    with pytest.raises(Refused):
        tolerances.as_status(tolerance)


@pytest.mark.parametrize("tolerance", [True, "4", [1, "x"], ["a", "b"], [1, 2, 3]])
def test_a_number_needs_a_number(tolerance: Any) -> None:
    with pytest.raises(Refused):
        tolerances.as_number(tolerance)
