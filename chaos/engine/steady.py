"""No worse than before: errors of requests under the fault against those before it, however often one looks.

Let p0 be `margin` times the upper 99.9 % bound of the error rate before (Chernoff's bound: the p above the seen rate at
which n kl(seen, p) = log 1000). Each request under the fault multiplies the evidence by a likelihood ratio against p0,
averaged over a few rises. While the true rate is at most p0 each factor has a mean of at most 1, because the ratio
grows with the error and is fair at p0; so, by Ville's inequality, the evidence ever reaches 1/alpha with probability at
most alpha. Both risks together: 1.1 % of calling a run worse that is not, whenever the observation ends. The test
needs no equal sizes, no waiting for a sample, and no rate that stands still, only one that stays below p0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, fsum, inf, log

WORSE_AT = 100.0
"""Odds to 1 at which the service counts as worse: alpha is 1 %."""
BOUND_RISK = 0.001
RISES = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
CAP = 1e6
"""Beyond these odds the number says nothing more."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Requests of a stretch of time and how many of them failed. More errors than requests count as all of them."""

    requests: float
    errors: float

    @property
    def rate(self) -> float:
        """The share of failed requests; 0 where there were none."""
        return min(1.0, self.errors / self.requests) if self.requests > 0 else 0.0


def evidence(before: Counts, under: Counts, margin: float) -> float:
    """Odds (to 1) that errors are more than `margin` times as frequent under the fault; worse at `WORSE_AT`.

    Without requests before or under the fault there is no evidence: 1.
    """
    if before.requests <= 0 or under.requests <= 0:
        return 1.0
    highest = margin * upper_bound(before)
    if highest >= 1:
        return 1.0
    errors = under.rate * under.requests
    good = under.requests - errors
    logs = []
    for rise in RISES:
        rate = min(highest * rise, (1 + highest) / 2)
        logs.append(errors * log(rate / highest) + good * log((1 - rate) / (1 - highest)))
    return _mean_of_exp(logs)


def upper_bound(counts: Counts, risk: float = BOUND_RISK) -> float:
    """The error rate that is exceeded by the true one with probability `risk` at most (Chernoff), by bisection."""
    low, high = counts.rate, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if counts.requests * _divergence(counts.rate, middle) > log(1 / risk):
            high = middle
        else:
            low = middle
    return high


def _divergence(seen: float, other: float) -> float:
    """Kullback and Leibler's divergence of two coins, in nats."""
    if other >= 1:
        return 0.0 if seen >= 1 else inf
    first = seen * log(seen / other) if seen > 0 else 0.0
    return first + ((1 - seen) * log((1 - seen) / (1 - other)) if seen < 1 else 0.0)


def _mean_of_exp(logs: list[float]) -> float:
    top = max(logs)
    return min(CAP, exp(min(top + log(fsum(exp(value - top) for value in logs) / len(logs)), log(CAP) + 1)))
