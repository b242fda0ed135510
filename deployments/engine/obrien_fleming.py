"""O'Brien and Fleming's test: for rollouts whose longest duration is planned.

Each bucket gives one standardised score. Their sum over the planned number of buckets, divided by its root, is close to
a Brownian motion on [0, 1]; by the reflection principle it ever passes c with probability 2 (1 - Phi(c)). With
c = Phi^-1(1 - alpha/2) the risk of a false rollback is alpha over any number of looks within the plan (fixed looks would
allow a bound that is lower by 0.58 / sqrt(looks)). Time, not errors, is the clock, so a burst does not use the risk up.
Buckets after the planned end are not looked at: the risk has been spent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum, sqrt
from statistics import NormalDist

from deployments.engine.sequential import CAP, Interval

NORMAL = NormalDist()


def bound(alpha: float, skew: float = 0.0) -> float:
    """Where the sum of scores over the root of their planned number has to arrive, in standard deviations.

    ``skew`` is the skewness of that sum: counts of rare errors have a longer upper tail than the normal law, which is
    made up for to first order (Cornish and Fisher).
    """
    level = NORMAL.inv_cdf(1 - alpha / 2)
    return level + max(skew, 0.0) * (level**2 - 1) / 6


def odds(total: float, planned: int, skew: float = 0.0) -> float:
    """The sum of scores as odds to 1: 1/alpha exactly where ``bound(alpha)`` is reached; 1 for none."""
    reached = total / sqrt(planned)
    tail = 2 * (1 - NORMAL.cdf(_unskewed(reached, skew)))
    return min(1 / tail, CAP) if 0 < tail < 1 else (CAP if tail <= 0 else 1.0)


def count_scores(intervals: Iterable[Interval], ratio: float) -> tuple[list[float], float]:
    """One score a bucket for a canary with ``ratio`` times the errors, and the mean skewness of the scores.

    Given all errors of a bucket, the canary's part is binomial. A bucket that cannot be compared scores 0.
    """
    scores, skews = [], []
    for interval in intervals:
        errors = interval.canary_errors + interval.baseline_errors
        if not interval.comparable or errors <= 0:
            scores.append(0.0)
            continue
        share = interval.canary_requests / (interval.canary_requests + interval.baseline_requests)
        chance = ratio * share / (ratio * share + 1 - share)
        deviation = sqrt(errors * chance * (1 - chance))
        scores.append((interval.canary_errors - errors * chance) / deviation)
        skews.append((1 - 2 * chance) / deviation)
    return scores, fsum(skews) / len(skews) if skews else 0.0


def sign_scores(differences: Iterable[float]) -> list[float]:
    """+1 or -1 a bucket: of symmetric differences the signs are fair coins, however long their tails are."""
    return [float((value > 0) - (value < 0)) for value in differences]


def evidence(scores: Sequence[float], planned: int, skew: float = 0.0) -> float:
    """Odds (to 1) after the buckets so far of ``planned``; ``skew`` is the mean skewness of one score."""
    return odds(fsum(scores[:planned]), planned, skew / sqrt(planned))


def _unskewed(reached: float, skew: float) -> float:
    """The level whose corrected bound is ``reached``."""
    if skew <= 0 or reached <= 1:
        return reached
    # reached = level + skew (level^2 - 1) / 6, solved for the level.
    third = skew / 6
    return (sqrt(1 + 4 * third * (reached + third)) - 1) / (2 * third)
