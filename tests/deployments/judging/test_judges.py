"""Several metrics, one verdict: who can roll back, who asks a person, and what missing data mean."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.engine.judges.evidence import combined, shares
from deployments.engine.judges.judge import judge
from deployments.engine.judges.measured import Bucket, Measured
from deployments.engine.judges.ruling import Look
from deployments.engine.kayenta.config import MetricRule
from deployments.engine.plan.analysis import (
    ERRORS,
    KAYENTA,
    OBRIEN_FLEMING,
    SEQUENTIAL,
    THRESHOLDS,
    Analysis,
    Metric,
)
from deployments.engine.plan.queries import LATENCY
from deployments.engine.sequential import Interval, Rule
from deployments.engine.symmetric import Pair
from deployments.engine.thresholds import limits
from deployments.engine.verdict import INCONCLUSIVE, INSUFFICIENT, NO_WORSE, WORSE, Verdict

LOOK = Look(began=0, now=3600, period=60, minimum=100, counted=10_000)
SLOW = Metric("p50", "Latency", LATENCY)


def errors(rate: float = 0.01, minutes: int = 40, metric: Metric = ERRORS) -> Measured:
    """Counts of a canary with this error rate; the baseline has 1 %."""
    row = Interval(1000, round(1000 * rate), 9000, 90)
    return Measured(metric, [Bucket(60 * minute, row) for minute in range(minutes)])


def latency(ratio: float = 1.0, minutes: int = 40, metric: Metric = SLOW) -> Measured:
    """Latency of a canary that takes ``ratio`` times as long."""
    rng = random.Random(5)
    pairs = [Pair(60 * minute, ratio * rng.gauss(100, 2), rng.gauss(100, 2)) for minute in range(minutes)]
    return Measured(metric, pairs=pairs)


def verdict(
    *measured: Measured, judged_by: str = SEQUENTIAL, look: Look = LOOK, rule: Rule | None = None, **more: Any
) -> Verdict:
    """The verdict on these metrics."""
    analysis = Analysis(judged_by, tuple(one.metric for one in measured), **more)
    return judge(analysis, measured, rule or Rule(margin=1.0), look)


def test_errors_and_latency_that_are_alike_are_no_worse() -> None:
    found = verdict(errors(), latency())
    assert (found.state, [one.state for one in found.metrics]) == (NO_WORSE, ["no_worse", "no_worse"])
    assert "2 metrics judged" in found.sentence


def test_a_slow_canary_is_rolled_back_although_its_errors_are_fine_and_the_headline_names_why() -> None:
    found = verdict(errors(), latency(1.3))
    assert found.state == WORSE
    assert "(Latency)" in found.headline


def test_a_metric_that_is_not_critical_never_rolls_back_but_asks_a_person() -> None:
    found = verdict(errors(), latency(1.3, metric=replace(SLOW, critical=False)))
    assert found.state == INCONCLUSIVE
    assert "Latency looks worse" in found.headline


def test_a_muted_metric_says_nothing() -> None:
    assert verdict(errors(), latency(1.3, metric=replace(SLOW, muted=True))).state == NO_WORSE


def test_a_metric_that_must_have_data_and_has_none_is_never_good_news() -> None:
    assert verdict(errors(), Measured(SLOW)).state == INCONCLUSIVE
    assert "Latency has no data" in verdict(errors(), Measured(SLOW)).headline
    assert verdict(errors(), Measured(replace(SLOW, must_have_data=False))).state == NO_WORSE


def test_data_that_stopped_count_as_missing_for_good_news_and_as_they_are_for_bad() -> None:
    assert verdict(errors(), replace(latency(), silent=True)).state == INCONCLUSIVE
    assert verdict(errors(), replace(latency(1.3), silent=True)).state == WORSE


def test_too_few_requests_wait_whatever_the_other_metrics_say() -> None:
    assert verdict(errors(), latency(), look=replace(LOOK, counted=20)).state == INSUFFICIENT
    assert verdict(errors(), latency(), look=replace(LOOK, counted=0, awaited=True)).state == INSUFFICIENT
    assert verdict(errors(), latency(), look=replace(LOOK, counted=0)).state == INCONCLUSIVE


def test_promotion_needs_every_critical_metric_to_be_proven() -> None:
    assert verdict(errors(minutes=60), latency()).proven
    assert not verdict(errors(minutes=60), latency(minutes=3)).proven


def test_the_budget_is_shared_by_weight_and_the_mean_is_never_stricter_than_bonferroni() -> None:
    budget = shares([ERRORS, replace(SLOW, weight=3), Metric("x", "X", critical=False)])
    assert budget == {"errors": 0.25, "p50": 0.75}
    parts = [(0.25, 300.0), (0.75, 20.0)]
    assert combined(parts, SEQUENTIAL) == 90
    assert combined(parts, OBRIEN_FLEMING) == 75


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0, 1e9)), min_size=1, max_size=6))
def test_shared_evidence_is_at_least_that_of_any_share(parts: list[tuple[float, float]]) -> None:
    assert combined(parts, SEQUENTIAL) >= combined(parts, OBRIEN_FLEMING) * (1 - 1e-9)


def test_less_success_is_worse_where_the_direction_says_so() -> None:
    orders = Metric("orders", "Orders", direction="decrease")
    assert verdict(errors(0.005, metric=orders)).state == WORSE
    assert verdict(errors(0.02, metric=orders)).state == NO_WORSE
    assert verdict(errors(0.02, metric=replace(orders, direction="either"))).state == WORSE


@pytest.mark.parametrize(("rate", "state"), [(0.01, NO_WORSE), (0.02, WORSE)])
def test_obrien_and_fleming_judge_within_the_planned_time(rate: float, state: str) -> None:
    found = verdict(errors(rate), judged_by=OBRIEN_FLEMING, maximum_seconds=2400)
    assert found.state == state
    assert "planned 40" in found.bound


def test_once_the_planned_time_is_over_the_verdict_says_that_the_risk_is_used_up() -> None:
    late = verdict(errors(0.02, 60), judged_by=OBRIEN_FLEMING, maximum_seconds=600)
    assert "the risk is used up" in late.bound


def kayenta(*measured: Measured, **more: Any) -> Verdict:
    """By Kayenta's judge, every ten minutes."""
    return verdict(*measured, judged_by=KAYENTA, interval_seconds=600, **more)


def test_kayenta_passes_fails_and_asks_by_its_score() -> None:
    many = [latency(metric=replace(SLOW, name=f"m{n}", critical=False)) for n in range(9)]
    slow = latency(1.3, metric=replace(SLOW, critical=False))
    assert kayenta(*many, latency()).state == NO_WORSE
    assert kayenta(*many, slow).state == INCONCLUSIVE
    assert kayenta(*many, slow).score == 90
    assert kayenta(*many, latency(1.3)).state == WORSE
    assert kayenta(*many[:1], slow).state == WORSE


def test_kayenta_says_nothing_before_its_first_interval_and_promises_no_bound() -> None:
    early = kayenta(latency(minutes=5), look=replace(LOOK, now=300))
    assert (early.state, early.error_bound) == (INSUFFICIENT, 1.0)
    assert "not yet" in early.headline


def test_kayenta_looks_back_only_as_far_as_the_plan_says() -> None:
    pairs = [*latency(1.5, 45).pairs, *[replace(pair, at=pair.at + 2700) for pair in latency(1.0, 15).pairs]]
    mixed = Measured(SLOW, pairs=pairs)
    assert kayenta(mixed).state == WORSE
    assert kayenta(mixed, lookback_seconds=600).state == NO_WORSE


def test_kayenta_keeps_the_configuration_of_its_metric() -> None:
    calm = replace(SLOW, rule=MetricRule("p50", direction="decrease"))
    assert kayenta(latency(1.3, metric=calm)).state == NO_WORSE


def fixed(raw: dict[str, Any], measured: Measured, **more: Any) -> Verdict:
    """By plain thresholds."""
    metric = replace(measured.metric, limits=limits.parse(raw, "limits"), **more)
    return verdict(replace(measured, metric=metric), judged_by=THRESHOLDS)


def test_thresholds_look_at_the_canary_alone() -> None:
    assert fixed({"max": 0.015}, errors(0.01, minutes=60)).state == NO_WORSE
    assert fixed({"max": 0.015}, errors(0.03, minutes=60)).state == WORSE
    assert fixed({"max": 120}, latency(1.3, minutes=60)).state == WORSE


def test_a_value_that_is_missing_fails_the_check_of_flagger_and_is_an_error_to_argo() -> None:
    stopped = errors(0.01, minutes=40)
    assert fixed({"max": 0.015}, stopped).state == WORSE
    assert fixed({"success": "result < 0.015"}, stopped).state == INCONCLUSIVE


def test_a_threshold_that_is_not_critical_asks_and_one_that_is_tried_out_decides_nothing() -> None:
    bad = errors(0.03, minutes=60)
    assert fixed({"max": 0.015}, bad, critical=False).state == INCONCLUSIVE
    assert fixed({"success": "result < 0.015", "dry_run": True}, bad).state == NO_WORSE


def test_a_planned_number_of_measurements_is_waited_for() -> None:
    assert fixed({"success": "result < 0.015", "count": 80}, errors(minutes=60)).state == INSUFFICIENT


def test_the_verdict_is_plain_json_with_its_numbers_bound_and_assumption() -> None:
    told = verdict(errors(), latency()).as_dict()
    assert told["metrics"][1]["groups"] == []
    assert told["error_bound"] == 0.01
    assert "over any number of looks" in told["bound"]
    assert "swap places" in told["assumption"]
