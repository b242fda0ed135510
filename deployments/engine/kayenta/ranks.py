"""The rank-sum test of Mann and Whitney as an interval for the shift between two series.

The interval holds the shifts d for which the test would not tell ``canary - d`` from ``control``. The number of pairs
with canary - control > d is a step function of d, so its ends are order statistics of the n m pairwise differences: found
by counting, then by sorting the few that are left, exactly and in any unit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

CONFIDENCE = 0.98
QUANTILE = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
FEW = 256


@dataclass(frozen=True)
class Shift:
    """By how much the canary lies above the control, in the metric's unit: the interval and the middle of it."""

    low: float
    high: float
    estimate: float


def shift(canary: Sequence[float], control: Sequence[float]) -> Shift:
    """The interval of 98 %, corrected for ties and continuity. Both series need at least one value.

    With fewer than five values a side the interval is that of the outermost differences.
    """
    above, below = sorted(canary), sorted(control)
    pairs = len(above) * len(below)
    reach = 0.5 + QUANTILE * _sigma(above, below)
    # The largest rank with pairs - rank + 1 > pairs / 2 + reach.
    rank = min(max(ceil(pairs / 2 - reach), 1), pairs)
    middle = (_difference(above, below, (pairs + 1) // 2) + _difference(above, below, pairs // 2 + 1)) / 2
    return Shift(_difference(above, below, rank), _difference(above, below, pairs + 1 - rank), middle)


def _sigma(above: Sequence[float], below: Sequence[float]) -> float:
    """Deviation of the rank sum at a shift where only values of the same series tie."""
    n, m = len(above), len(below)
    total = n + m
    ties = sum(count**3 - count for series in (above, below) for count in Counter(series).values())
    return sqrt(max(n * m / 12 * (total + 1 - ties / (total * (total - 1))), 0.0))


def _difference(above: Sequence[float], below: Sequence[float], rank: int) -> float:
    """The ``rank``-th smallest (from 1) of all differences above - below."""
    low, high = above[0] - below[-1], above[-1] - below[0]
    under, upto = 0, len(above) * len(below)  # differences before `low`, and up to `high`
    starts, ends = [0] * len(above), [len(below)] * len(above)
    while upto - under > FEW:
        middle = (low + high) / 2
        if not low < middle < high:
            break
        places = _places(above, below, middle)
        count = len(below) * len(above) - sum(places)
        if count >= rank:
            high, upto, starts = middle, count, places
        else:
            low, under, ends = middle, count, places
    rows = zip(above, starts, ends, strict=True)
    left = sorted(value - other for value, start, end in rows for other in below[start:end])
    return left[rank - under - 1]


def _places(above: Sequence[float], below: Sequence[float], shift: float) -> list[int]:
    """For each value of ``above``, where those of ``below`` begin that lie no more than ``shift`` under it."""
    return [bisect_left(below, value - shift) for value in above]
