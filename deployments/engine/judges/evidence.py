"""The evidence of one metric, and how several share one error budget.

Sequential: the evidence of the critical metrics is averaged by their weights. A mean of e-processes is one again, whatever
the metrics have to do with each other, so the bound alpha holds for all of them together; it is never stricter than
giving each metric its share of alpha (weighted Bonferroni), and more sensitive where several point the same way.
O'Brien and Fleming: p-values cannot be averaged, so each metric has its share of alpha. Promotion asks every critical
metric to be proven by itself, which needs no correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from deployments.engine import obrien_fleming, sequential, symmetric
from deployments.engine.judges.measured import Measured, falls, swapped
from deployments.engine.kayenta.config import EITHER
from deployments.engine.plan.analysis import SEQUENTIAL, Metric
from deployments.engine.plan.queries import COUNTS
from deployments.engine.sequential import Rule

Odds = tuple[float, float]
"""Evidence that the canary is worse, and evidence that it is safe; odds to 1."""
NO_EVIDENCE: Odds = (1.0, 1.0)


@dataclass(frozen=True)
class MetricVerdict:
    """How one metric stands. canary and baseline are a rate (0 to 1) or a value in the metric's own unit.

    ``share`` is its part (0 to 1) of the error budget, 0 where it cannot roll back; ``classification`` is the judge's own
    word. Evidence is None for judges that have none.
    """

    name: str
    title: str
    kind: str
    groups: tuple[str, ...]
    state: str
    classification: str
    note: str
    critical: bool
    must_have_data: bool
    share: float
    buckets: int
    canary: float | None
    baseline: float | None
    evidence_worse: float | None = None
    evidence_safe: float | None = None


def shares(metrics: Sequence[Metric]) -> dict[str, float]:
    """Each critical metric's part of the error budget, by weight."""
    critical = [metric for metric in metrics if metric.critical and not metric.muted]
    total = fsum(metric.weight for metric in critical)
    return {metric.name: metric.weight / total for metric in critical}


def odds(measured: Measured, rule: Rule, judge: str, planned: int) -> Odds:
    """The evidence of one metric; a metric where either way is worse has the mean of both ways."""
    if not measured.comparable:
        return NO_EVIDENCE
    way = _sequential if judge == SEQUENTIAL else _obrien_fleming
    if measured.metric.direction != EITHER:
        return way(measured, rule, planned, falls(measured.metric))
    up, down = (way(measured, rule, planned, side) for side in (False, True))
    return (up[0] + down[0]) / 2, min(up[1], down[1])


def combined(parts: Sequence[tuple[float, float]], judge: str) -> float:
    """The evidence of (share, evidence) together, by the judge's way to share the budget."""
    if not parts:
        return 1.0
    weighed = [share * evidence for share, evidence in parts]
    return min(fsum(weighed), sequential.CAP) if judge == SEQUENTIAL else max(weighed)


def _sequential(measured: Measured, rule: Rule, planned: int, down: bool) -> Odds:
    metric = measured.metric
    if metric.kind == COUNTS:
        intervals = swapped(measured.intervals) if down else measured.intervals
        worse = sequential.evidence_worse(intervals, rule)
        if not down and any(interval.alone for interval in intervals):
            worse = max(worse, sequential.evidence_alone(intervals))
        return worse, sequential.evidence_safe(intervals, rule)
    pairs, kind = measured.pairs, metric.kind
    return (
        symmetric.evidence_worse(pairs, rule, kind, falls=down),
        symmetric.evidence_safe(pairs, rule, kind, falls=down),
    )


def _obrien_fleming(measured: Measured, rule: Rule, planned: int, down: bool) -> Odds:
    metric = measured.metric
    if metric.kind == COUNTS:
        intervals = swapped(measured.intervals) if down else measured.intervals
        scores, skew = obrien_fleming.count_scores(intervals, rule.margin)
        against, against_skew = obrien_fleming.count_scores(intervals, rule.lift)
    else:
        at_margin, at_lift = (
            symmetric.differences(measured.pairs, metric.kind, ratio, falls=down) for ratio in (rule.margin, rule.lift)
        )
        scores, against = obrien_fleming.sign_scores(at_margin), obrien_fleming.sign_scores(at_lift)
        skew = against_skew = 0.0
    return (
        obrien_fleming.evidence(scores, planned, skew),
        obrien_fleming.evidence([-score for score in against], planned, -against_skew),
    )


def described(measured: Measured) -> dict[str, Any]:
    """The part of a MetricVerdict that no judge has a say in."""
    metric = measured.metric
    canary, baseline = measured.summary()
    return {
        "name": metric.name, "title": metric.title, "kind": metric.kind, "groups": metric.groups,
        "critical": metric.critical, "must_have_data": metric.must_have_data, "buckets": measured.comparable,
        "canary": canary, "baseline": baseline,
    }  # fmt: skip
