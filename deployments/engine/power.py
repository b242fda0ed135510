"""What the traffic so far could have shown: the chance that a real rise would have been seen by now, and when it will.

The log of the evidence is treated as a Brownian motion with drift, its mean and variance taken from the compound
Poisson law of the errors; the chance that it has crossed the bound by now is the first-passage formula
Phi((m - c)/s) + exp(2 m c / s^2) Phi(-(m + c)/s).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace
from math import exp, fsum, log, sqrt
from statistics import NormalDist

from deployments.engine.sequential import Interval, Rule, mean_of_exp, share_term

PHI = NormalDist().cdf
LONGEST_FORECAST = 7 * 86_400


def seen_by_now(intervals: Sequence[Interval], rule: Rule, lift: float, rate: float | None = None) -> float:
    """Chance (0 to 1) that a canary with ``lift`` times the baseline's error rate would have been rolled back by now.

    ``rate`` is the baseline's error rate; without it the pooled rate of the intervals is taken.
    """
    comparable = [interval for interval in intervals if interval.comparable]
    rate = baseline_rate(comparable) if rate is None else rate
    if not comparable or rate <= 0 or lift <= rule.margin:
        return 0.0
    means, deviations = [], []
    weights = tuple(rule.worse.values())
    for ratio in rule.worse:
        mean, variance = _moments(comparable, rate, lift, rule.margin, ratio)
        means.append(mean)
        deviations.append(sqrt(variance))
    middle = mean_of_exp(means, weights)
    spread = _weighted(means, deviations, weights)
    return _crossed(middle, spread, log(rule.roll_back_at))


def seconds_until_seen(
    intervals: Sequence[Interval], rule: Rule, lift: float, *, seconds: float, target: float = 0.99
) -> float | None:
    """Seconds from now until a rise of ``lift`` is seen in ``target`` of cases, if traffic goes on as it was.

    ``seconds`` is how long the given intervals took. 0 when it is so already; None when it takes more than a week.
    """
    comparable = [interval for interval in intervals if interval.comparable]
    rate = baseline_rate(comparable)
    if not comparable or rate <= 0 or seconds <= 0:
        return None
    lower, upper = 1.0, 1 + LONGEST_FORECAST / seconds
    if seen_by_now(comparable, rule, lift, rate) >= target:
        return 0.0
    if seen_by_now(scaled(comparable, upper), rule, lift, rate) < target:
        return None
    while upper - lower > 0.01 * lower:
        middle = sqrt(lower * upper)
        lower, upper = (
            (lower, middle) if seen_by_now(scaled(comparable, middle), rule, lift, rate) >= target else (middle, upper)
        )
    return (upper - 1) * seconds


def visible_rise(intervals: Sequence[Interval], rule: Rule, target: float = 0.95) -> float | None:
    """The smallest rise (2.0 = twice the baseline) that would have been seen by now in ``target`` of cases, up to 100."""
    comparable = [interval for interval in intervals if interval.comparable]
    rate = baseline_rate(comparable)
    lower, upper = rule.margin, 100.0
    if seen_by_now(comparable, rule, upper, rate) < target:
        return None
    while upper / lower > 1.01:
        middle = sqrt(lower * upper)
        lower, upper = (lower, middle) if seen_by_now(comparable, rule, middle, rate) >= target else (middle, upper)
    return upper


def baseline_rate(intervals: Sequence[Interval]) -> float:
    """The baseline's errors per request; half an error is assumed where none was seen, so that a forecast stays possible."""
    requests = fsum(interval.baseline_requests for interval in intervals)
    errors = fsum(interval.baseline_errors for interval in intervals)
    return min(max(errors, 0.5) / requests, 1.0) if requests else 0.0


def merged(intervals: Sequence[Interval]) -> list[Interval]:
    """Comparable intervals summed by the canary's share of the traffic, to a hundredth.

    Expectations depend on the share alone, so a day of intervals costs no more than a minute of them.
    """
    sums: dict[int, list[float]] = {}
    for interval in intervals:
        if interval.comparable:
            share = interval.canary_requests / (interval.canary_requests + interval.baseline_requests)
            total = sums.setdefault(round(share * 100), [0.0, 0.0, 0.0, 0.0])
            for place, count in enumerate(astuple(interval)):
                total[place] += count
    return [Interval(*total) for total in sums.values()]


def scaled(intervals: Sequence[Interval], factor: float) -> list[Interval]:
    """The same intervals with ``factor`` times the traffic."""
    return [
        replace(
            interval,
            canary_requests=interval.canary_requests * factor,
            baseline_requests=interval.baseline_requests * factor,
        )
        for interval in intervals
    ]


def _moments(intervals: Sequence[Interval], rate: float, lift: float, null: float, ratio: float) -> tuple[float, float]:
    """Mean and variance of the log likelihood ratio of ``ratio`` when the truth is ``lift``."""
    step = log(ratio / null)
    mean = variance = 0.0
    for interval in intervals:
        on_canary = min(rate * lift, 1.0) * interval.canary_requests
        on_baseline = rate * interval.baseline_requests
        share = interval.canary_requests / (interval.canary_requests + interval.baseline_requests)
        common = share_term(share, null, ratio)
        mean += on_canary * (step + common) + on_baseline * common
        variance += on_canary * (step + common) ** 2 + on_baseline * common**2
    return mean, variance


def _weighted(means: Sequence[float], deviations: Sequence[float], weights: Sequence[float]) -> float:
    """The deviation of the averaged evidence: each ratio counts as much as it contributes."""
    top = max(means)
    parts = [weight * exp(mean - top) for mean, weight in zip(means, weights, strict=True)]
    return fsum(part * deviation for part, deviation in zip(parts, deviations, strict=True)) / fsum(parts)


def _crossed(mean: float, deviation: float, bound: float) -> float:
    if deviation <= 0:
        return 1.0 if mean >= bound else 0.0
    reflected = PHI(-(mean + bound) / deviation)
    again = exp(2 * mean * bound / deviation**2 + log(reflected)) if reflected > 0 else 0.0
    return min(1.0, PHI((mean - bound) / deviation) + again)
