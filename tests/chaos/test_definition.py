"""Definitions from outside: closed key sets, named faults, and nothing but metrics and ranges."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.engine.definition import Invalid, hypothesis, stop_conditions
from chaos.engine.hypothesis import Tolerance
from chaos.engine.sources import Metric

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
    assert found.probes[0].source == Metric(
        "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", missing="zero",
        per=Metric("AWS/ApplicationELB", "RequestCount", statistic="Sum"),
    )  # fmt: skip
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
    for strange in ("hosts", [], None):
        with pytest.raises(Invalid, match="Name a probe"):
            stop_conditions([{"probe": strange, "tolerance": {"at_least": 1}}], {"errors"})


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


PLACE = {"account": "111111111111", "region": "us-east-1"}
COUNTED = {"namespace": "Shop", "name": "Orders"}


def probed(**keys: Any) -> dict[str, Any]:
    """A hypothesis of one probe that is named page."""
    return {"sentence": "It works.", "probes": [{"key": "page", "title": "The page", **keys}]}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"http": {"url": "https://shop.example.com/", "within_ms": 300}}, "The page is OK"),
        ({"alarm": {**PLACE, "name": "orders-low"}}, "The page is OK"),
        ({"steady": {"errors": COUNTED, "requests": COUNTED}}, "The page is no worse than before"),
        ({"prometheus": {"query": "up"}, "tolerance": {"at_least": 1}}, "The page is at least 1"),
        ({"metric": {**COUNTED, **PLACE}, "tolerance": {"at_least": 1}}, "The page is at least 1"),
    ],
)
def test_each_source_is_read_and_says_what_it_claims(keys: dict[str, Any], words: str) -> None:
    probe = hypothesis(probed(**keys)).probes[0]
    assert probe.words() == words
    assert probe.source.words


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({}, "metric"),
        ({"metric": COUNTED, "http": {"url": "https://x.example.com/"}}, "http"),
        ({"http": {"url": "file:///etc/passwd"}}, "http.url"),
        ({"http": {"url": "https://x.example.com/", "method": "DELETE"}}, "http.method"),
        ({"http": {"url": "https://x.example.com/", "status": "200"}}, "http.status"),
        ({"http": {"url": "https://x.example.com/", "within_ms": 60_000}}, "http.within_ms"),
        ({"http": {"url": "https://x.example.com/"}, "tolerance": {"at_least": 1}}, "tolerance"),
        ({"http": {"url": "https://x.example.com/"}, "per": COUNTED}, "per"),
        ({"prometheus": {"query": "up"}}, "tolerance"),
        ({"prometheus": {"query": ""}, "tolerance": {"at_least": 1}}, "prometheus.query"),
        ({"prometheus": {"query": "up", "server": "http://x"}, "tolerance": {"at_least": 1}}, "prometheus.server"),
        ({"alarm": {"name": "x", "account": "1", "region": "us-east-1"}}, "alarm.account"),
        ({"alarm": {"name": "x", "account": "111111111111", "region": "mars"}}, "alarm.region"),
        ({"metric": {**COUNTED, "account": "111111111111"}, "tolerance": {"at_least": 1}}, "metric.region"),
        ({"metric": COUNTED, "per": {**COUNTED, **PLACE}, "tolerance": {"at_least": 1}}, "per.account"),
        ({"steady": {"errors": COUNTED}}, "steady.requests"),
        ({"steady": {"errors": {**COUNTED, "statistic": "Average"}, "requests": COUNTED}}, "steady.errors.statistic"),
        ({"steady": {"errors": COUNTED, "requests": COUNTED, "margin": 0.5}}, "steady.margin"),
        ({"steady": {"errors": COUNTED, "requests": COUNTED, "baseline": 5}}, "steady.baseline"),
    ],
)
def test_a_source_that_is_wrong_is_named_with_its_field(keys: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        hypothesis(probed(**keys))
    assert caught.value.field == f"hypothesis.probes[0].{field}"


@given(st.sampled_from(["metric", "prometheus", "http", "alarm", "steady", "per", "tolerance"]), json_values)
def test_any_json_as_a_source_is_either_read_or_refused_with_a_field(name: str, data: Any) -> None:
    field = "hypothesis.probes[0]"
    try:
        hypothesis(probed(**{"metric": COUNTED, "tolerance": {"at_least": 1}} | {name: data}))
    except Invalid as error:
        field = error.field
    assert field.startswith("hypothesis.probes[0]")
