"""An always-valid comparison of error counts, canary against baseline.

In an interval with n_c and n_b requests and x_c and x_b errors, let rho = n_c / (n_c + n_b). If the canary's error
rate is r times the baseline's, each error falls on the canary with probability r rho / (r rho + 1 - rho). The evidence
for r against r0 is the product of the likelihood ratios over all intervals; averaged over a few r, with weights that
sum to 1, it is an e-process: by Ville's inequality it ever reaches 1/alpha with probability at most alpha while the true
ratio is at most r0, however often one looks and however the weights move. Conditioning on each interval's own total is
what makes an incident that hits both versions harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, fsum, log

# Ratio and weight. Small rises carry most of it: they are what takes long to see (`make bench NAME=canary`).
WORSE = {1.15: 3.0, 1.3: 2.0, 1.6: 1.0, 2.0: 1.0, 3.0: 0.7, 6.0: 0.3}
SAFE = {0.8: 1.0, 1.0: 4.0}
ALONE_RATIOS = (1.25, 1.5, 2.0, 3.0, 5.0)
ALONE_MARGIN = 2.0
"""Once the canary has all traffic, only more than this times the baseline's rate counts as worse."""

CAP = 1e12
Mixture = Mapping[float, float]
"""Ratios with their weights; only the proportions of the weights count."""


@dataclass(frozen=True)
class Interval:
    """Counts of one stretch of time in which both versions served."""

    canary_requests: float
    canary_errors: float
    baseline_requests: float
    baseline_errors: float

    @property
    def comparable(self) -> bool:
        """Whether both versions served: with one alone there is nothing to compare."""
        return self.canary_requests > 0 and self.baseline_requests > 0

    @property
    def alone(self) -> bool:
        """Whether the canary had all traffic."""
        return self.canary_requests > 0 and self.baseline_requests == 0


@dataclass(frozen=True)
class Rule:
    """What counts as worse, and the two error bounds.

    alpha: risk of rolling back a canary that is at most ``margin`` times as bad. beta: risk of calling safe a canary
    whose error rate is ``lift`` times the baseline's or more.
    """

    alpha: float = 0.01
    beta: float = 0.05
    margin: float = 1.05
    lift: float = 1.2

    def __post_init__(self) -> None:
        if not (0 < self.alpha < 1 and 0 < self.beta < 1 and 1 <= self.margin < self.lift):
            raise ValueError("A rule needs 0 < alpha, beta < 1 and 1 <= margin < lift.")

    @property
    def roll_back_at(self) -> float:
        """The evidence (odds to 1) at which the canary is rolled back."""
        return 1 / self.alpha

    @property
    def safe_at(self) -> float:
        """The evidence (odds to 1) at which a rise of ``lift`` is ruled out."""
        return 1 / self.beta

    @property
    def worse(self) -> Mixture:
        """The ratios above the margin, with their weights."""
        return {ratio: weight for ratio, weight in WORSE.items() if ratio > self.margin} or {2 * self.margin: 1.0}

    @property
    def safe(self) -> Mixture:
        """The ratios that count as safe, with their weights."""
        return {ratio: weight for ratio, weight in SAFE.items() if ratio < self.lift}


def evidence_worse(intervals: Iterable[Interval], rule: Rule) -> float:
    """Odds (to 1) that the canary is worse than the margin allows; roll back at ``rule.roll_back_at``."""
    return capped_exp(log_evidence(intervals, rule.margin, rule.worse))


def evidence_safe(intervals: Iterable[Interval], rule: Rule) -> float:
    """Odds (to 1) against a rise of ``rule.lift`` or more; safe at ``rule.safe_at``."""
    return capped_exp(log_evidence(intervals, rule.lift, rule.safe))


def evidence_alone(intervals: Sequence[Interval]) -> float:
    """Odds (to 1) that the canary, once it serves alone, has more than twice the error rate the baseline had.

    Without a baseline at the same time an incident looks like a bad version, hence the wide margin. The baseline's rate
    is taken at its upper 99.9 % bound (Wilson-Hilferty); the counts are compared by Poisson likelihood ratios.
    """
    baseline = fsum(interval.baseline_requests for interval in intervals)
    alone = [interval for interval in intervals if interval.alone]
    if not alone or baseline <= 0:
        return 1.0
    errors = fsum(interval.baseline_errors for interval in intervals) + 1
    upper = errors * (1 - 1 / (9 * errors) + 3.09 / (3 * errors**0.5)) ** 3
    expected = ALONE_MARGIN * upper / baseline * fsum(interval.canary_requests for interval in alone)
    seen = fsum(interval.canary_errors for interval in alone)
    return capped_exp(mean_of_exp([seen * log(ratio) - (ratio - 1) * expected for ratio in ALONE_RATIOS]))


def log_evidence(intervals: Iterable[Interval], null: float, mixture: Mixture) -> float:
    """log of the evidence for the ratios of ``mixture`` against ``null``."""
    return mean_of_exp(log_ratios(intervals, null, tuple(mixture)), tuple(mixture.values()))


def log_ratios(intervals: Iterable[Interval], null: float, ratios: Sequence[float]) -> list[float]:
    """Log likelihood ratio of each of ``ratios`` against ``null``, over all comparable intervals."""
    kept = [_parts(interval) for interval in intervals if interval.comparable]
    return [
        fsum(errors_c * log(ratio / null) + errors * share_term(share, null, ratio) for errors_c, errors, share in kept)
        for ratio in ratios
    ]


def share_term(share: float, null: float, ratio: float) -> float:
    """What one error, on either version, adds to the log likelihood ratio before the canary's own part."""
    return log((null * share + 1 - share) / (ratio * share + 1 - share))


def mean_of_exp(logs: Sequence[float], weights: Sequence[float] = ()) -> float:
    """log of the weighted mean of exp(logs), without overflow; equal weights where none are given."""
    weights = weights or (1.0,) * len(logs)
    top = max(logs)
    mean = fsum(weight * exp(value - top) for value, weight in zip(logs, weights, strict=True)) / fsum(weights)
    return top + log(mean)


def capped_exp(value: float) -> float:
    """exp within 1e-12 and 1e12: beyond that the number says nothing more."""
    return min(max(exp(min(value, 30.0)), 1 / CAP), CAP)


def _parts(interval: Interval) -> tuple[float, float, float]:
    requests = interval.canary_requests + interval.baseline_requests
    errors = interval.canary_errors + interval.baseline_errors
    return interval.canary_errors, errors, interval.canary_requests / requests
