"""The steady-state hypothesis: probes as data, their tolerances, and what a measured value says about them.

A probe names one source and the range in which its value belongs. A value that nobody could read makes the probe
unknown, which is neither holds nor broken.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chaos.engine.sources import Source, Steady

OK = "ok"
"""The unit of a probe that only knows 1 (as wanted) and 0."""


class Outcome(StrEnum):
    """What a measurement says about the hypothesis."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The closed range [low, high] in which a value belongs; a missing end is open."""

    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("a tolerance needs at least one bound")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("the lower bound of a tolerance is above its upper bound")

    def accepts(self, value: float) -> bool:
        """Whether the value lies inside; the bounds belong to the range."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def words(self, unit: str) -> str:
        """The range in words, for example "at least 4 hosts"."""
        if unit == OK:
            return amount(1.0 if self.accepts(1.0) else 0.0, unit)
        if self.high is None and self.low is not None:
            return f"at least {amount(self.low, unit)}"
        if self.low is None and self.high is not None:
            return f"at most {amount(self.high, unit)}"
        return f"between {amount(self.low or 0.0, unit)} and {amount(self.high or 0.0, unit)}"


@dataclass(frozen=True, slots=True)
class Probe:
    """One sentence of the hypothesis that can be measured."""

    key: str
    title: str
    unit: str
    source: Source
    tolerance: Tolerance
    window: int = 60
    """Seconds of data that one measurement looks at."""
    period: int = 10
    """Seconds of one data point."""

    def words(self) -> str:
        """The probe as the sentence that the hypothesis claims."""
        if isinstance(self.source, Steady):
            return f"{self.title} is no worse than before"
        return f"{self.title} is {self.tolerance.words(self.unit)}"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What should stay true while the fault is in place."""

    sentence: str
    probes: tuple[Probe, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One probe with its measured value (None: could not be read) and what follows from it."""

    key: str
    title: str
    unit: str
    value: float | None
    outcome: Outcome
    sentence: str
    age: float | None = None
    """Seconds from what was measured to the measurement; None where that is not known."""


def amount(value: float, unit: str) -> str:
    """A value with its unit: unit "share" is a fraction of 1 that is written in percent, "ok" is a yes or no."""
    if unit == OK:
        return "OK" if value >= 1 else "not OK"
    if unit == "share":
        return f"{_short(value * 100)} %"
    return f"{_short(value)} {unit}".strip()


def _short(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".").replace(",", " ") if abs(value) < 1e9 else f"{value:.3g}"


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """numerator / denominator; None when one is not known or the denominator is zero (0 of 0 proves nothing)."""
    if numerator is None or denominator is None or denominator == 0:
        return None
    return numerator / denominator


def read(probe: Probe, value: float | None, problem: str = "", *, age: float | None = None, said: str = "") -> Reading:
    """Judge one measured value. `problem` says in words why there is none, `said` replaces the usual sentence."""
    if value is None or not math.isfinite(value):
        why = problem or "no data in the window"
        sentence = f"{probe.title} is not known: {why.rstrip('.')}."
        return Reading(probe.key, probe.title, probe.unit, None, Outcome.UNKNOWN, sentence, age)
    outcome = Outcome.HOLDS if probe.tolerance.accepts(value) else Outcome.BROKEN
    but = "" if outcome is Outcome.HOLDS else "but "
    usual = f"{probe.title} is {amount(value, probe.unit)}, {but}{probe.tolerance.words(probe.unit)} was expected."
    return Reading(probe.key, probe.title, probe.unit, value, outcome, said or usual, age)


def overall(outcomes: Iterable[Outcome]) -> Outcome:
    """One answer for many: one broken breaks it, one unknown (or nothing at all) leaves it open."""
    seen = set(outcomes)
    if Outcome.BROKEN in seen:
        return Outcome.BROKEN
    return Outcome.HOLDS if seen == {Outcome.HOLDS} else Outcome.UNKNOWN


def summary(readings: Sequence[Reading]) -> str:
    """The sentences that carry the overall answer: only the worst ones, the others would hide them."""
    worst = overall(r.outcome for r in readings)
    return " ".join(r.sentence for r in readings if r.outcome is worst)
