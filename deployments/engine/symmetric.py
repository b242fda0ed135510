"""An always-valid comparison of values such as latency: canary against baseline, bucket by bucket.

Each bucket gives one difference d of the two versions, free of units. If the versions are alike, d is as likely as -d,
whatever the traffic did in that bucket and whatever happened before. Given its size, its sign is then a fair coin, and
2 / (1 + exp(-2 l d)) has the mean 1 for any l: the product over all buckets, averaged over a few l, is an e-process
(Ville's inequality as in `sequential`). Each factor grows with d, so the bound also holds where the canary is better.
It is never below exp(l d - l^2 d^2 / 2), the usual bound for symmetric differences, and needs seven buckets at least to
reach 100 : 1, because no single bucket may count more than double.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import exp, log, log1p

from deployments.engine.sequential import Rule, capped_exp, mean_of_exp

STEEPNESS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""How fast a factor reaches double: small ones suit noisy values, large ones rest on the sign alone."""
START: Sequence[float] = (0.0,) * len(STEEPNESS)
LOG_2 = log(2)
LATENCY, VALUE = "latency", "value"


@dataclass(frozen=True)
class Pair:
    """The values of both versions in the bucket that starts `at` (seconds since 1970); None where one is missing."""

    at: float
    canary: float | None
    baseline: float | None

    @property
    def comparable(self) -> bool:
        """Whether both versions have a value."""
        return self.canary is not None and self.baseline is not None


def difference(canary: float, baseline: float, kind: str) -> float:
    """How much more the canary has, free of units; swapping the versions swaps the sign.

    Latencies differ by a factor: the log of their ratio. Other values may be zero or negative: the difference over the
    mean size, between -2 and 2.
    """
    if kind == LATENCY and canary > 0 and baseline > 0:
        return log(canary / baseline)
    size = abs(canary) + abs(baseline)
    return 2 * (canary - baseline) / size if size else 0.0


def differences(pairs: Iterable[Pair], kind: str, ratio: float = 1.0, *, falls: bool = False) -> list[float]:
    """The differences of all comparable pairs, beyond a canary that has ``ratio`` times the baseline.

    ``falls``: less is worse, so the sides change places.
    """
    found = []
    for pair in pairs:
        if pair.canary is not None and pair.baseline is not None:
            more, less = (pair.baseline, pair.canary) if falls else (pair.canary, pair.baseline)
            found.append(difference(more / ratio, less, kind))
    return found


def log_evidence(found: Iterable[float]) -> float:
    """log of the evidence that the differences lie above zero."""
    return mean_of_exp(reduce(added, found, START))


def added(logs: Sequence[float], value: float) -> list[float]:
    """The log evidence for each steepness after one more difference; it begins with ``START``."""
    return [log_so_far + _log_factor(2 * steep * value) for log_so_far, steep in zip(logs, STEEPNESS, strict=True)]


def evidence_worse(pairs: Iterable[Pair], rule: Rule, kind: str, *, falls: bool = False) -> float:
    """Odds (to 1) that the canary's values are worse than ``rule.margin`` times the baseline's."""
    return capped_exp(log_evidence(differences(pairs, kind, rule.margin, falls=falls)))


def evidence_safe(pairs: Iterable[Pair], rule: Rule, kind: str, *, falls: bool = False) -> float:
    """Odds (to 1) against values that are ``rule.lift`` times the baseline's or more."""
    return capped_exp(log_evidence([-value for value in differences(pairs, kind, rule.lift, falls=falls)]))


def _log_factor(twice: float) -> float:
    """log(2 / (1 + exp(-x))), without overflow."""
    return LOG_2 - log1p(exp(-twice)) if twice > -700 else LOG_2 + twice
