"""One verdict from all metrics, by the judge that the plan names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deployments.engine.judges import bounded, fixed, kayenta
from deployments.engine.judges.measured import Measured
from deployments.engine.judges.ruling import Look, Ruling
from deployments.engine.plan.analysis import KAYENTA, OBRIEN_FLEMING, SEQUENTIAL, THRESHOLDS, Analysis
from deployments.engine.plan.queries import COUNTS
from deployments.engine.sequential import Interval, Rule
from deployments.engine.verdict import Verdict, judge_counts

Judge = Callable[[Analysis, Sequence[Measured], Rule, Look], Ruling]
JUDGES: dict[str, Judge] = {
    SEQUENTIAL: bounded.rule_on,
    OBRIEN_FLEMING: bounded.rule_on,
    KAYENTA: kayenta.rule_on,
    THRESHOLDS: fixed.rule_on,
}


def judge(
    analysis: Analysis, measured: Sequence[Measured], rule: Rule, look: Look, traffic: Sequence[Interval] | None = None
) -> Verdict:
    """Judge the canary on everything that was measured of this rollout.

    ``traffic`` are the counts of the target where no metric of the plan counts: for the number of requests only.
    """
    kept = [one for one in measured if not one.metric.muted]
    counts = next((one for one in kept if one.metric.kind == COUNTS), None)
    intervals = counts.intervals if counts is not None else list(traffic or ())
    ruling = JUDGES[analysis.judge](analysis, kept, rule, look)
    seconds = sum(interval.comparable for interval in intervals) * look.period
    return judge_counts(
        intervals,
        rule,
        minimum=look.minimum,
        counted=look.counted,
        seconds=seconds,
        awaited=look.awaited,
        ruling=ruling,
    )
