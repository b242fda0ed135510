"""Definitions from outside: closed key sets, named faults, and nothing but metrics and ranges."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.engine.definition import Invalid, hypothesis, stop_conditions
from chaos.engine.hypothesis import Tolerance

GOOD: dict[str, Any] = {
    "sentence": "Search answers while a zone is down.",
    "probes": [
        {
            "key": "errors",
            "title": "Share of failed requests",
            "unit": "share",
            "metric": {"namespace": "AWS/ApplicationELB", "name": "HTTPCode_Target_5XX_Count", "missing": "zero"},
            "per": {"namespace": "AWS/ApplicationELB", "name": "RequestCount", "statistic": "Sum"},
            "tolerance": {"at_most": 0.01},
            "window": 60,
            "period": 10,
        }
    ],
}


def changed(path: list[Any], value: Any) -> dict[str, Any]:
    data: Any = copy.deepcopy(GOOD)
    here = data
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return data


def test_a_good_definition_is_read_as_it_was_written() -> None:
    found = hypothesis(GOOD)
    assert found.probes[0].tolerance == Tolerance(high=0.01)
    assert found.probes[0].per is not None
    assert found.probes[0].words() == "Share of failed requests is at most 1 %"


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (["probes", 0, "type"], "process", "hypothesis.probes[0].type"),
        (["probes", 0, "metric", "url"], "http://169.254.169.254/", "hypothesis.probes[0].metric.url"),
        (["method"], [], "hypothesis.method"),
        (["probes"], [], "hypothesis.probes"),
        (["probes", 0, "tolerance"], {"at_least": 1, "at_most": 2}, "hypothesis.probes[0].tolerance"),
        (["probes", 0, "tolerance"], {"between": [2, 1]}, "hypothesis.probes[0].tolerance"),
        (["probes", 0, "tolerance"], {"at_most": float("nan")}, "hypothesis.probes[0].tolerance"),
        (["probes", 0, "tolerance"], {"at_most": True}, "hypothesis.probes[0].tolerance"),
        (["probes", 0, "period"], 7, "hypothesis.probes[0].period"),
        (["probes", 0, "window"], 5, "hypothesis.probes[0].window"),
        (["probes", 0, "key"], "../x", "hypothesis.probes[0].key"),
        (["probes", 0, "metric", "statistic"], "p99", "hypothesis.probes[0].metric.statistic"),
        (["sentence"], "x" * 301, "hypothesis.sentence"),
        (["probes", 0, "metric", "dimensions"], ["a"], "hypothesis.probes[0].metric.dimensions"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(path: list[Any], value: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        hypothesis(changed(path, value))
    assert caught.value.field == field
    assert caught.value.message


def test_two_probes_with_one_key_are_refused() -> None:
    with pytest.raises(Invalid, match="twice"):
        hypothesis({**GOOD, "probes": GOOD["probes"] * 2})


def test_a_stop_condition_must_name_a_probe() -> None:
    with pytest.raises(Invalid, match="Name a probe"):
        stop_conditions([{"probe": "hosts", "tolerance": {"at_least": 1}}], {"errors"})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_any_json_is_either_read_or_refused_with_a_field(data: Any) -> None:
    named: list[str] = []
    for read in (hypothesis, lambda value: stop_conditions(value, {"errors"})):
        try:
            read(data)
        except Invalid as error:
            named.append(error.field)
    assert all(named)
