"""A past rollout under another plan: the same samples, another judge or rule, looked at bucket by bucket.

The traffic is what it was: another plan would have moved other weights, which no replay can know. The first moment at
which the other plan says worse is when it would have rolled back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deployments.engine.judges.judge import judge
from deployments.engine.judges.measured import Measured
from deployments.engine.judges.ruling import Look
from deployments.engine.plan.analysis import Analysis
from deployments.engine.plan.queries import COUNTS
from deployments.engine.sequential import Interval, Rule
from deployments.engine.verdict import NO_WORSE, WORSE, Verdict

MOST_LOOKS = 120


@dataclass(frozen=True)
class Replayed:
    """What would have happened. Seconds are counted from the first weight; None where it never came to that.

    looks: how many were made, evenly spread where there are more buckets. points: (seconds, evidence) at each look.
    """

    rolled_back_after: float | None
    proven_after: float | None
    last: Verdict | None
    looks: int
    points: tuple[tuple[float, float], ...]


def replay(
    analysis: Analysis, measured: Sequence[Measured], rule: Rule, *, began: float, period: int, minimum: int,
    traffic: Sequence[tuple[float, Interval]] = (),
) -> Replayed:  # fmt: skip
    """Judge ``measured`` at up to 120 moments; stops at the first rollback.

    ``traffic`` are (start, counts) of the target, for plans whose metrics do not count requests.
    """
    rolled_back = proven = last = None
    points = []
    for end in _moments(measured, period):
        so_far = [one.within(float("-inf"), end) for one in measured]
        before = [interval for at, interval in traffic if at < end]
        look = Look(began, end, period, minimum, _requests(so_far, before))
        last = judge(analysis, so_far, rule, look, before)
        points.append((end - began, last.evidence_worse))
        if last.state == WORSE:
            rolled_back = end - began
            break
        if proven is None and last.state == NO_WORSE and last.proven:
            proven = end - began
    return Replayed(rolled_back, proven, last, len(points), tuple(points))


def _moments(measured: Sequence[Measured], period: int) -> list[float]:
    """The ends of all buckets, thinned out to the most looks; the last one is always among them."""
    ends = sorted({at + period for one in measured for at in one.times()})
    step = -(-len(ends) // MOST_LOOKS) or 1
    return ends[::-step][::-1]


def _requests(measured: Sequence[Measured], traffic: Sequence[Interval]) -> int:
    """The canary's requests so far, by the first metric that counts, else by the target, else one a bucket."""
    counts = next((one for one in measured if one.metric.kind == COUNTS), None)
    intervals = counts.intervals if counts is not None else traffic
    if intervals:
        return round(sum(interval.canary_requests for interval in intervals))
    return max((one.comparable for one in measured), default=0)
