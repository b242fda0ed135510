"""Simulated rollouts for the canary benchmark: counts by Poisson's law, judged by the engine's own functions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from math import exp, log

from deployments.engine import obrien_fleming, symmetric
from deployments.engine.sequential import Interval, Mixture, Rule, log_ratios, mean_of_exp

LOOKS = 120
NEVER = 10**9


@dataclass(frozen=True)
class Traffic:
    """What comes in one bucket. ``lift`` is how many times the baseline's error rate the canary has.

    burst: for 15 minutes in the middle both versions have three times the errors. noise: deviation of the log of the
    error rate that both versions share, drawn anew each bucket.
    """

    canary: int = 1000
    baseline: int = 9000
    rate: float = 0.01
    lift: float = 1.0
    burst: bool = False
    noise: float = 0.0

    def intervals(self, rng: random.Random, looks: int = LOOKS) -> Iterator[Interval]:
        """One interval a look."""
        for look in range(looks):
            rate = self.rate * (3 if self.burst and looks // 4 <= look < looks // 4 + 15 else 1)
            rate *= exp(rng.gauss(0, self.noise)) if self.noise else 1
            errors = drawn(rng, self.canary * rate * self.lift), drawn(rng, self.baseline * rate)
            yield Interval(self.canary, errors[0], self.baseline, errors[1])

    def with_lift(self, lift: float) -> Traffic:
        """The same with another lift."""
        return replace(self, lift=lift)


def drawn(rng: random.Random, mean: float) -> int:
    """A number by Poisson's law: exact for means up to some hundreds, and sums of such beyond."""
    if mean > 300:
        return drawn(rng, 300) + drawn(rng, mean - 300)
    count, left, floor = 0, rng.random(), exp(-mean)
    while left > floor:
        count, left = count + 1, left * rng.random()
    return count


def crossing(intervals: Iterator[Interval], null: float, mixture: Mixture, bound: float) -> int:
    """After how many looks the evidence reaches the bound; NEVER if it does not."""
    ratios, weights = tuple(mixture), tuple(mixture.values())
    logs, wanted = [0.0] * len(ratios), log(bound)
    for look, interval in enumerate(intervals, start=1):
        added = log_ratios([interval], null, ratios)
        logs = [before + more for before, more in zip(logs, added, strict=True)]
        if mean_of_exp(logs, weights) >= wanted:
            return look
    return NEVER


def rollbacks(traffic: Traffic, rule: Rule, runs: int, seed: int, looks: int = LOOKS) -> list[int]:
    """The look at which each run is rolled back by the sequential test, in ascending order."""
    rng = random.Random(seed)
    return sorted(
        crossing(traffic.intervals(rng, looks), rule.margin, rule.worse, rule.roll_back_at) for _ in range(runs)
    )


def unlike_hosts(deviation: float, rule: Rule, runs: int, seed: int) -> list[int]:
    """The look at which good canaries are rolled back whose hosts lastingly differ from the baseline's by ``deviation``."""
    rng, found = random.Random(seed), []
    for _ in range(runs):
        intervals = Traffic(lift=exp(rng.gauss(0, deviation))).intervals(rng)
        found.append(crossing(intervals, rule.margin, rule.worse, rule.roll_back_at))
    return sorted(found)


def promotions(traffic: Traffic, rule: Rule, runs: int, seed: int) -> list[int]:
    """The look at which each run may be promoted early, in ascending order."""
    rng = random.Random(seed)
    return sorted(crossing(traffic.intervals(rng), rule.lift, rule.safe, rule.safe_at) for _ in range(runs))


def planned_rollbacks(traffic: Traffic, rule: Rule, runs: int, seed: int, looks: int = LOOKS) -> list[int]:
    """The look at which O'Brien and Fleming's test rolls each run back, in ascending order."""
    rng, found = random.Random(seed), []
    for _ in range(runs):
        scores, skew = obrien_fleming.count_scores(traffic.intervals(rng, looks), rule.margin)
        wanted = obrien_fleming.bound(rule.alpha, skew / looks**0.5) * looks**0.5
        found.append(next((n for n, total in enumerate(accumulate(scores), start=1) if total >= wanted), NEVER))
    return sorted(found)


def slow_canaries(ratio: float, noise: float, runs: int, seed: int, looks: int = LOOKS) -> list[int]:
    """The bucket at which a canary whose latency is ``ratio`` times the baseline's is rolled back, in ascending order.

    Both versions share a drift of deviation ``noise`` that carries over from bucket to bucket; each has 5 % of its own.
    """
    rng, rule, found = random.Random(seed), Rule(margin=1.0), []
    for _ in range(runs):
        differences: list[float] = []
        drift = 0.0
        for _ in range(looks):
            drift = 0.8 * drift + rng.gauss(0, noise)
            ours, theirs = (exp(drift + rng.gauss(0, 0.05)) for _ in range(2))
            differences.append(symmetric.difference(ours * ratio, theirs, symmetric.LATENCY))
        logs = accumulate(differences, symmetric.added, initial=symmetric.START)
        found.append(next((n for n, one in enumerate(logs) if mean_of_exp(one) >= log(rule.roll_back_at)), NEVER))
    return sorted(found)


def share(looks: list[int], most: int = LOOKS) -> float:
    """Percent of the runs that ended within ``most`` looks."""
    return 100 * sum(look <= most for look in looks) / len(looks)


def at(looks: list[int], part: float) -> int:
    """The look by which ``part`` (0 to 1) of the runs have ended."""
    return looks[min(len(looks) - 1, int(part * len(looks)))]
