"""One metric: clean the two series, compare them, and name the outcome as Kayenta names it."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from statistics import fmean

from deployments.engine.kayenta.config import CLES, DECREASE, EITHER, INCREASE, NEUTRAL, Effect, MetricRule
from deployments.engine.kayenta.ranks import Shift, shift
from deployments.engine.percentiles import of_values

PASS, HIGH, LOW, NODATA, NODATA_FAIL = "Pass", "High", "Low", "Nodata", "NodataFailMetric"
TOLERANCE = 0.25
"""The part of the estimated shift that the interval has to stay clear of zero by; fixed, as in Kayenta."""
NOISE = 1e-5


@dataclass(frozen=True)
class Outcome:
    """What one metric came to. ``critical`` fails the whole judgement unless the outcome is Pass."""

    rule: MetricRule
    classification: str
    reason: str
    critical: bool
    canary_mean: float | None = None
    control_mean: float | None = None
    effect: float | None = None
    shift: Shift | None = None


def classify(rule: MetricRule, canary: Sequence[float | None], control: Sequence[float | None]) -> Outcome:
    """Judge one metric on the values of both versions, in any order; None and NaN are missing."""
    ours, theirs = (_clean(series, rule) for series in (canary, control))
    if not ours or not theirs:
        return _without(rule, ours, theirs)
    if rule.remove_outliers:
        ours, theirs = (_within_fences(series, rule.outlier_factor) for series in (ours, theirs))
    means = fmean(ours), fmean(theirs)
    if sorted(ours) == sorted(theirs) or len({*ours, *theirs}) == 1:
        return Outcome(rule, PASS, "Both versions have the same values.", rule.critical, *means)
    found = shift(*_spread(ours, theirs))
    effect = _effect_of(ours, theirs, rule.effect)
    classification, reason = _name(rule, found, effect)
    critical = rule.critical or _beyond_critical(rule, found, effect)
    return Outcome(rule, classification, reason, critical, *means, effect, found)


def _clean(series: Sequence[float | None], rule: MetricRule) -> list[float]:
    known = [None if value is None or isnan(value) else float(value) for value in series]
    return [0.0 if value is None else value for value in known if value is not None or rule.replace_missing]


def _without(rule: MetricRule, ours: Sequence[float], theirs: Sequence[float]) -> Outcome:
    if rule.replace_missing:
        return Outcome(rule, PASS, "Missing values count as 0, on both sides.", rule.critical)
    side = "Neither version has" if not ours and not theirs else f"The {'baseline' if ours else 'canary'} has no"
    words = f"{side} values."
    if rule.must_have_data and not rule.critical:
        return Outcome(rule, NODATA_FAIL, f"{words} The metric must have data.", False)
    return Outcome(rule, NODATA, words, rule.critical)


def _within_fences(series: list[float], factor: float) -> list[float]:
    """Without values beyond the quartiles by ``factor`` interquartile ranges; never cuts inside the 1st and 99th percentile."""
    ordered = sorted(series)
    lower, upper = of_values(ordered, 0.25), of_values(ordered, 0.75)
    room = factor * (upper - lower)
    low, high = min(lower - room, of_values(ordered, 0.01)), max(upper + room, of_values(ordered, 0.99))
    return [value for value in series if low <= value <= high]


def _spread(ours: list[float], theirs: list[float]) -> tuple[list[float], list[float]]:
    """Two constant series get noise of a hundred-thousandth of their value, or no rank test could tell them apart."""
    if len(set(ours)) > 1 or len(set(theirs)) > 1:
        return ours, theirs
    noise = random.Random(0)  # noqa: S311 not a secret
    one, other = ([value * (1 + noise.gauss(0, NOISE)) for value in series] for series in (ours, theirs))
    return one, other


def _effect_of(ours: Sequence[float], theirs: Sequence[float], effect: Effect) -> float | None:
    """How large the difference is by the configured measure; None where a mean is 0, which skips the check."""
    if effect.measure == CLES:
        ordered = sorted(theirs)
        return sum(_below(ordered, value) for value in ours) / (len(ours) * len(ordered))
    ours_mean, theirs_mean = fmean(ours), fmean(theirs)
    return ours_mean / theirs_mean if ours_mean and theirs_mean else None


def _below(ordered: Sequence[float], value: float) -> float:
    """How many of ``ordered`` lie below the value; equal ones count half."""
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / 2


def _name(rule: MetricRule, found: Shift, effect: float | None) -> tuple[str, str]:
    clear = TOLERANCE * abs(found.estimate)
    neutral, size = NEUTRAL[rule.effect.measure], rule.effect
    rise = neutral if size.allowed_increase is None else size.allowed_increase
    fall = neutral if size.allowed_decrease is None else size.allowed_decrease
    if rule.direction in (INCREASE, EITHER) and found.low > clear and (effect is None or effect >= rise):
        return HIGH, "The canary lies above the baseline."
    if rule.direction in (DECREASE, EITHER) and found.high < -clear and (effect is None or effect <= fall):
        return LOW, "The canary lies below the baseline."
    return PASS, "No difference that counts."


def _beyond_critical(rule: MetricRule, found: Shift, effect: float | None) -> bool:
    """Whether a difference is so large that it fails the judgement by itself."""
    clear, size = TOLERANCE * abs(found.estimate), rule.effect
    if effect is None:
        return False
    rises = rule.direction in (INCREASE, EITHER) and found.low > clear
    falls = rule.direction in (DECREASE, EITHER) and found.high < -clear
    return (rises and size.critical_increase is not None and effect >= size.critical_increase) or (
        falls and size.critical_decrease is not None and effect <= size.critical_decrease
    )
