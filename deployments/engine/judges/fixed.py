"""Plain thresholds on what was measured of the canary, interval by interval."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from deployments.engine.judges.evidence import MetricVerdict, described
from deployments.engine.judges.measured import Measured, window_mean
from deployments.engine.judges.ruling import BAD, GOOD, OPEN, Look, Ruling
from deployments.engine.plan.analysis import Analysis
from deployments.engine.plan.queries import COUNTS
from deployments.engine.sequential import Rule
from deployments.engine.thresholds.limits import Limits
from deployments.engine.thresholds.run import ERROR, FAILED, INCONCLUSIVE, PENDING, RUNNING, SUCCESSFUL, run

BOUND = "No bound: a fixed limit cannot tell a bad version from an incident that hits both."
STATES = {
    PENDING: "insufficient", RUNNING: "no_worse", SUCCESSFUL: "no_worse", FAILED: "worse", ERROR: "inconclusive",
    INCONCLUSIVE: "inconclusive",
}  # fmt: skip


def rule_on(analysis: Analysis, measured: Sequence[Measured], rule: Rule, look: Look) -> Ruling:
    """Run the limits of each metric; a metric that is critical and failed is rolled back."""
    parts = tuple(_part(one, look) for one in measured)
    deciding = [
        part for part, one in zip(parts, measured, strict=True) if one.metric.limits and not one.metric.limits.dry_run
    ]
    failed = [one for one in deciding if one.state == "worse"]
    unsure = [one for one in deciding if one.state == "inconclusive"]
    waiting = [one for one in deciding if one.state == "insufficient"]
    lean = BAD if any(one.critical for one in failed) else OPEN if failed or unsure or waiting else GOOD
    leading = next((one.title for one in failed if one.critical), "")
    first = next(iter(failed or unsure or waiting), None)
    doubt = f"{first.title}: {first.note}".rstrip(".") if first is not None else ""
    early = doubt if waiting and not failed and not unsure else ""
    return Ruling(analysis.judge, lean, parts, 1.0, 1.0, 1.0, BOUND, leading, doubt, early)


def _part(one: Measured, look: Look) -> MetricVerdict:
    limits = one.metric.limits or Limits(None)
    found = run(limits, measurements(one, limits, look))
    state = STATES[found.phase]
    if found.phase == RUNNING and limits.count:
        # A series with a planned number of measurements says nothing before it has them.
        state = "insufficient"
    return MetricVerdict(**described(one), state=state, classification=found.phase, note=found.reason, share=0.0)


def measurements(one: Measured, limits: Limits, look: Look) -> list[float | None]:
    """One value of the canary for each whole interval since the first weight: its rate of errors, or the mean value.

    The last bucket may still be on its way, so an interval is measured one bucket after its end.
    """
    begin, now = look.began + limits.initial_delay_seconds, look.now - look.period
    if not limits.interval_seconds:
        return [_value(one.within(begin, now))] if now > begin else []
    step = max(limits.interval_seconds, look.period)
    whole = int((now - begin) // step)
    return [_value(one.within(begin + n * step, begin + (n + 1) * step)) for n in range(max(0, whole))]


def _value(one: Measured) -> float | None:
    if one.metric.kind != COUNTS:
        return window_mean(one.values()[0])
    requests = fsum(interval.canary_requests for interval in one.intervals)
    return fsum(interval.canary_errors for interval in one.intervals) / requests if requests else None
