"""What a detector may answer: a finding with its whole derivation, "does not apply", or "insufficient data"."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from costs.engine.money import Money, Range
from costs.engine.prices import Price

MIN_COVERAGE = 0.9
WINDOW_DAYS = 14
EVERY = "all"
"""Stands for every detector in an answer about something that none of them could look at."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The one AWS resource that an answer is about; arn identifies it, name is for people."""

    kind: str
    name: str
    arn: str
    account: str
    region: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured figure over the look-back window; coverage is the share of expected points that exist (0 to 1)."""

    value: float
    coverage: float
    unit: str
    source: str

    @property
    def enough(self) -> bool:
        """True when at least 90 % of the expected points are there."""
        return self.coverage >= MIN_COVERAGE


@dataclass(frozen=True, slots=True)
class Input:
    """One number that went into a formula, as text for people; coverage is None for configuration and assumptions."""

    title: str
    value: str
    source: str
    coverage: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A way to save money on one resource: a monthly range with the formula, inputs and prices that carry it."""

    detector: str
    subject: Subject
    title: str
    saving: Range
    present: Money
    effort: int
    risk: str
    undo: str
    formula: str
    inputs: tuple[Input, ...]
    prices: tuple[Price, ...]
    questions: tuple[str, ...] = field(default=())

    @property
    def fingerprint(self) -> str:
        """Stable identity of "this detector about this resource", the same in every review."""
        return fingerprint(self.detector, self.subject)


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The detector looked and found nothing to save; reason is one sentence."""

    detector: str
    subject: Subject
    reason: str


@dataclass(frozen=True, slots=True)
class Insufficient:
    """The detector could not judge; reason names what is missing. It is an answer, not a pass."""

    detector: str
    subject: Subject
    reason: str


Answer = Finding | NotApplicable | Insufficient


def fingerprint(detector: str, subject: Subject) -> str:
    """32 hex digits from detector, account, region and ARN."""
    text = "|".join((detector, subject.account, subject.region, subject.arn or f"{subject.kind}/{subject.name}"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def missing(measure: Measure | None, what: str) -> str:
    """Why a measure cannot be used, or "" when it can."""
    if measure is None or measure.coverage <= 0:
        return f"CloudWatch holds no {what} for the last {WINDOW_DAYS} days."
    if not measure.enough:
        return (
            f"Only {measure.coverage:.0%} of the expected {what} points of the last {WINDOW_DAYS} days exist; "
            f"{MIN_COVERAGE:.0%} are needed."
        ).replace("%", " %")
    return ""
