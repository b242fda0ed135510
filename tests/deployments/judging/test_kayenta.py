"""Kayenta's judge: its classifications, its scores, and the one thing that is better here, units."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.engine.kayenta import config, scores
from deployments.engine.kayenta.classify import HIGH, LOW, NODATA, NODATA_FAIL, PASS, classify
from deployments.engine.kayenta.config import Effect, MetricRule
from deployments.engine.kayenta.ranks import shift
from deployments.engine.plan.reading import PlanError

BASE = [10.0, 12.0, 11.0, 13.0, 9.0, 12.5, 10.5, 11.5, 12.2, 10.8]
UP = [value + 6 for value in BASE]
DOWN = [value - 6 for value in BASE]
NAN = float("nan")
FLOATS = st.lists(st.floats(0.001, 1000), min_size=1, max_size=25)


def named(canary: Any, control: Any = BASE, **rule: Any) -> str:
    """The classification of one metric."""
    return classify(MetricRule("m", **rule), canary, control).classification


@pytest.mark.parametrize(
    ("canary", "rule", "wanted"),
    [
        (BASE, {}, PASS),
        (list(reversed(BASE)), {}, PASS),
        (UP, {}, HIGH),
        (DOWN, {}, LOW),
        (UP, {"direction": "decrease"}, PASS),
        (DOWN, {"direction": "increase"}, PASS),
        ([5.0] * 10, {"direction": "decrease"}, LOW),
        (UP, {"effect": Effect(allowed_increase=2.0)}, PASS),
        (UP, {"effect": Effect(allowed_increase=1.2)}, HIGH),
        (UP, {"effect": Effect("cles", allowed_increase=0.9)}, HIGH),
        (DOWN, {"effect": Effect("cles", allowed_decrease=0.1)}, LOW),
        ([], {}, NODATA),
        ([NAN, None, NAN], {}, NODATA),
        ([], {"must_have_data": True}, NODATA_FAIL),
        ([], {"must_have_data": True, "critical": True}, NODATA),
        ([], {"replace_missing": True}, PASS),
        ([NAN, *UP], {}, HIGH),
        ([*BASE[:9], 4000.0], {}, PASS),
    ],
)
def test_a_metric_is_named_as_kayenta_names_it(canary: list[Any], rule: dict[str, Any], wanted: str) -> None:
    assert named(canary, **rule) == wanted


def test_a_series_that_is_mostly_zero_has_no_shift_to_speak_of() -> None:
    """Kayenta calls such a series High, but only because of the tolerance of its root finder."""
    assert named([0.0] * 70 + [5.0] * 30, [0.0] * 80 + [5.0] * 20) == PASS


def test_two_constant_series_that_differ_are_told_apart_and_equal_ones_pass() -> None:
    assert named([6.0] * 10, [5.0] * 10) == HIGH
    assert named([5.0] * 10, [5.0] * 7) == PASS


def test_outliers_are_removed_only_where_the_configuration_says_so() -> None:
    canary = [*BASE, *BASE, 900.0]
    kept, removed = (classify(MetricRule("m", remove_outliers=remove), canary, BASE) for remove in (False, True))
    assert kept.canary_mean == pytest.approx(sum(canary) / 21)
    assert removed.canary_mean == pytest.approx(sum(BASE) / 10)


def test_a_large_difference_makes_a_metric_critical_by_itself() -> None:
    rule = MetricRule("m", effect=Effect(critical_increase=1.5))
    assert classify(rule, [value * 2 for value in BASE], BASE).critical
    assert not classify(rule, [value * 1.3 for value in BASE], BASE).critical


def test_a_mean_of_zero_skips_the_size_of_the_effect() -> None:
    outcome = classify(MetricRule("m", effect=Effect(allowed_increase=5.0)), UP, [0.0] * 10)
    assert (outcome.effect, outcome.classification) == (None, HIGH)


@pytest.mark.parametrize("scale", [1e-9, 1e-6, 1e-4, 1e-2, 1e3, 1e6])
def test_the_outcome_does_not_depend_on_the_unit(scale: float) -> None:
    rng = random.Random(4)
    for _ in range(40):
        ours = [rng.gauss(1.05, 0.1) for _ in range(30)]
        theirs = [rng.gauss(1.0, 0.1) for _ in range(30)]
        scaled = named([value * scale for value in ours], [value * scale for value in theirs])
        assert scaled == named(ours, theirs)


@given(FLOATS, FLOATS, st.randoms())
def test_the_shift_is_that_of_the_differences_whatever_their_order(
    canary: list[float], control: list[float], rng: random.Random
) -> None:
    found = shift(canary, control)
    differences = sorted(one - other for one in canary for other in control)
    assert found.low <= found.estimate <= found.high
    assert found.low in differences
    assert found.high in differences
    rng.shuffle(canary)
    assert shift(canary, control) == found


@given(FLOATS, FLOATS)
def test_swapping_the_sides_mirrors_the_shift(canary: list[float], control: list[float]) -> None:
    one, other = shift(canary, control), shift(control, canary)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def configuration(metrics: list[dict[str, Any]], weights: dict[str, float] | None = None) -> config.Config:
    """A configuration as its JSON would have it."""
    classifier = {"groupWeights": weights or {}, "scoreThresholds": {"pass": 95, "marginal": 75}}
    return config.parse({"name": "c", "metrics": metrics, "classifier": classifier})


def metric(name: str, *groups: str, **canary: Any) -> dict[str, Any]:
    """One metric of the JSON."""
    return {"name": name, "groups": list(groups), "analysisConfigurations": {"canary": canary}}


def judged(metrics: list[dict[str, Any]], weights: dict[str, float] | None = None, **values: Any) -> scores.Judged:
    """A judgement of metrics whose values are given by name."""
    return scores.judge(configuration(metrics, weights), {name: (pair, BASE) for name, pair in values.items()})


def test_groups_without_a_weight_share_what_the_others_leave() -> None:
    found = judged([metric("a", "x"), metric("b", "y"), metric("c", "z")], {"x": 60}, a=BASE, b=UP, c=BASE)
    assert [group.weight for group in found.groups] == [60, 20, 20]
    assert (found.score, found.classification) == (80.0, scores.MARGINAL)


def test_a_score_at_the_marginal_mark_is_marginal_and_at_the_pass_mark_a_pass() -> None:
    assert scores.named(75, 95, 75) == scores.MARGINAL
    assert scores.named(95, 95, 75) == scores.PASSED
    assert scores.named(74.99, 95, 75) == scores.FAILED


def test_a_critical_metric_that_does_not_pass_fails_everything() -> None:
    found = judged([metric("a", "x"), metric("b", "x", critical=True)], a=BASE, b=UP)
    assert (found.score, found.classification) == (0.0, scores.FAILED)
    assert "b is critical" in found.reason


def test_half_of_the_metrics_without_data_fails_everything() -> None:
    assert judged([metric("a", "x"), metric("b", "y")], a=BASE, b=[]).score == 0.0
    assert judged([metric("a", "x"), metric("b", "y"), metric("c", "z")], a=BASE, b=[], c=BASE).score == 100.0


def test_a_metric_that_must_have_data_counts_as_failed_and_a_muted_one_not_at_all() -> None:
    lacking = judged([metric("a", "x"), metric("b", "x", mustHaveData=True), metric("c", "x")], a=BASE, b=[], c=BASE)
    assert lacking.score == pytest.approx(66.67)
    assert judged([metric("a", "x"), metric("b", "x", muted=True)], a=BASE, b=UP).score == 100.0


def test_a_metric_of_two_groups_counts_in_both() -> None:
    assert [group.score for group in judged([metric("a", "x", "y"), metric("b", "y")], a=UP, b=BASE).groups] == [0, 50]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ([], "object is expected"),
        ({"metrics": []}, "1 to 200 metrics"),
        ({"metrics": [{"name": ""}]}, r"metrics\[0\].name"),
        ({"metrics": [{"name": "a"}, {"name": "a"}]}, "used once"),
        ({"metrics": [metric("a", direction="up")]}, "direction"),
        ({"metrics": [metric("a", critical="yes")]}, "critical"),
        ({"metrics": [metric("a", effectSize={"allowedIncrease": "1"})]}, "allowedIncrease"),
        ({"metrics": [metric("a")], "classifier": {"groupWeights": {"x": 90, "y": 20}}}, "groupWeights"),
        (
            {"metrics": [metric("a")], "classifier": {"scoreThresholds": {"pass": 50, "marginal": 75}}},
            "marginal ≤ pass",
        ),
    ],
)
def test_a_configuration_that_cannot_be_judged_is_refused_with_its_field(raw: Any, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        config.parse(raw)
