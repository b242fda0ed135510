"""Kayenta's judge on what was measured: judged at whole intervals, on all since the beginning or on the last stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deployments.engine.judges.evidence import MetricVerdict, described
from deployments.engine.judges.measured import Measured
from deployments.engine.judges.ruling import BAD, GOOD, OPEN, Look, Ruling, missing
from deployments.engine.kayenta import scores
from deployments.engine.kayenta.classify import HIGH, LOW, NODATA_FAIL, PASS, Outcome
from deployments.engine.kayenta.config import Config, MetricRule
from deployments.engine.plan.analysis import Analysis, Metric
from deployments.engine.sequential import Rule

BOUND = (
    "No bound over repeated looks: each metric is compared at 98\u202f% confidence each time, "
    "and times are not told apart, so drift that both versions share hides a difference."
)
LEANS = {scores.PASSED: GOOD, scores.MARGINAL: OPEN, scores.FAILED: BAD}
STATES = {PASS: "no_worse", HIGH: "worse", LOW: "worse", NODATA_FAIL: "worse"}


def rule_on(analysis: Analysis, measured: Sequence[Measured], rule: Rule, look: Look) -> Ruling:
    """Judge at the last whole interval: below marginal is rolled back, between marginal and pass a person is asked."""
    whole = int((look.now - look.began) // analysis.interval_seconds)
    end = look.began + whole * analysis.interval_seconds
    begin = max(look.began, end - analysis.lookback_seconds) if analysis.lookback_seconds else look.began
    # The bucket that was cut by the first weight belongs to it.
    windows = [one.within(begin - look.period, end) for one in measured]
    judged = scores.judge(_config(analysis, measured), {one.metric.name: one.values() for one in windows})
    parts = tuple(_part(one, outcome) for one, outcome in zip(windows, judged.outcomes, strict=True))
    if not whole:
        early = f"Kayenta judges every {analysis.interval_seconds}\u202fs: the first time is not yet."
        return Ruling(analysis.judge, OPEN, parts, 1.0, 1.0, 1.0, BOUND, early=early)
    lean, doubt = LEANS[judged.classification], judged.reason
    stopped = [one.metric.title for one in measured if one.silent and one.metric.must_have_data]
    if not any(one.buckets for one in parts) or (stopped and lean == GOOD):
        lean, doubt = OPEN, missing(parts) or f"the data of {' and '.join(stopped[:3])} stopped"
    elif lean == OPEN:
        doubt = f"the score is {judged.score:g}, {analysis.pass_at:g} passes"
    worst = next((one.title for one in parts if one.state == "worse"), "")
    return Ruling(analysis.judge, lean, parts, 1.0, 1.0, 1.0, BOUND, worst, doubt, score=judged.score)


def _config(analysis: Analysis, measured: Sequence[Measured]) -> Config:
    rules = tuple(_rule(one.metric) for one in measured)
    return Config(rules, analysis.group_weights, analysis.pass_at, analysis.marginal_at, {})


def _rule(metric: Metric) -> MetricRule:
    rule = metric.rule or MetricRule(metric.name, metric.groups, direction=metric.direction)
    return replace(rule, critical=metric.critical, must_have_data=metric.must_have_data, muted=False)


def _part(one: Measured, outcome: Outcome) -> MetricVerdict:
    state = STATES.get(outcome.classification, "insufficient")
    facts = described(one)
    return MetricVerdict(**facts, state=state, classification=outcome.classification, note=outcome.reason, share=0.0)
