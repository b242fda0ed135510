"""Points and levels of the pillars.

*Score* = 100 × Σ weight of passed checks / Σ weight of checks that passed or failed. A check that is unknown (or broke)
is neither: it stays out of both sums, so a missing fact can neither lift nor lower a score. What it lowers is the
*confidence* = Σ weight of passed or failed / Σ weight of all applicable checks, shown beside every score; and it holds
back the level, because a level is reached only when every applicable check of that level and of those below passes.
A pillar with nothing known has no score (None). Weights are whole numbers, scores have one decimal. A check that passes
with a warning has all its points and holds its level; half of its weight is missing from the confidence.

A *waived* check is left out of points, level and confidence like one that does not apply, and never counts as a pass:
its number and weight are carried beside every score, up to the organisation's.

*Level* of a pillar: the highest of bronze, silver, gold that it reaches (a level without an applicable check holds nothing
back); else *below* when a bronze check fails, else *unknown*. A failing *knock-out* check caps the level of its pillar. Overall: the score and the confidence are the mean of the pillars (each pillar counts alike, so one with many
checks cannot drown another), the level is the lowest pillar's, as a roof is as high as its lowest column.

A team, system or organisation: mean of its services' scores and confidences; its level is the one that at least half
of its services have reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .check import FAIL, LEVELS, MET, OUTSIDE, WAIVED, WARN

BELOW: Final = "below"
NO_LEVEL: Final = "unknown"
OVERALL: Final = "overall"
#: From the worst to the best; unknown stands below everything that is known to hold, above what is known to fail.
LADDER: Final = (BELOW, NO_LEVEL, *LEVELS)
#: A score below FAIR is poor, below GOOD fair, from there on good.
FAIR: Final = 50.0
GOOD: Final = 75.0


@dataclass(frozen=True, slots=True)
class Judged:
    """One check of one service with its state. `effort` in minutes; `knock_out` and `requires` as in `Check`."""

    check: str
    pillar: str
    weight: int
    level: str
    state: str
    effort: int = 0
    knock_out: str = ""
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """A pillar's (or the overall) score 0..100 or None, its level, and its confidence 0..1.

    `waived` is the weight of waived checks, `waived_checks` their number.
    """

    pillar: str
    score: float | None
    level: str
    confidence: float
    passed: int = 0
    known: int = 0
    applicable: int = 0
    waived: int = 0
    waived_checks: int = 0

    @property
    def covered(self) -> bool:
        """Whether there is anything to say: a check that applies, waived or not."""
        return bool(self.applicable or self.waived_checks)


def colour(score: float | None) -> str:
    """The level of a number for its colour: poor, fair, good or unknown."""
    if score is None:
        return "unknown"
    return "poor" if score < FAIR else "fair" if score < GOOD else "good"


def level_of(checks: Iterable[Judged]) -> str:
    """The highest level whose checks, and those of all levels below, pass; capped by knock-outs that fail."""
    applicable = [item for item in checks if item.state not in OUTSIDE]
    caps = [item.knock_out for item in applicable if item.knock_out and item.state == FAIL]
    return min([_climbed(applicable), *caps], key=LADDER.index)


def _climbed(applicable: Sequence[Judged]) -> str:
    if not applicable:
        return NO_LEVEL
    reached = ""
    for level in LEVELS:
        states = [item.state for item in applicable if item.level == level]
        if any(state not in MET for state in states):
            if reached:
                return reached
            return BELOW if FAIL in states else NO_LEVEL
        reached = level
    return reached


def score_pillar(pillar: str, checks: Sequence[Judged]) -> Score:
    """The score of one pillar from its checks (checks of other pillars must not be among them)."""
    passed = sum(item.weight for item in checks if item.state in MET)
    known = passed + sum(item.weight for item in checks if item.state == FAIL)
    applicable = sum(item.weight for item in checks if item.state not in OUTSIDE)
    doubtful = sum(item.weight for item in checks if item.state == WARN)
    waived = [item.weight for item in checks if item.state == WAIVED]
    return Score(
        pillar=pillar,
        score=round(100 * passed / known, 1) if known else None,
        level=level_of(checks),
        confidence=round((known - doubtful / 2) / applicable, 3) if applicable else 0.0,
        passed=passed,
        known=known,
        applicable=applicable,
        waived=sum(waived),
        waived_checks=len(waived),
    )


def overall(pillars: Iterable[Score]) -> Score:
    """The score above the pillars; those without an applicable check do not count, except for what is waived."""
    every = list(pillars)
    counted = [item for item in every if item.applicable]
    return Score(
        pillar=OVERALL,
        score=mean(item.score for item in counted),
        level=min((item.level for item in counted), key=LADDER.index, default=NO_LEVEL),
        confidence=mean((item.confidence for item in counted), 3) or 0.0,
        passed=sum(item.passed for item in counted),
        known=sum(item.known for item in counted),
        applicable=sum(item.applicable for item in counted),
        waived=sum(item.waived for item in every),
        waived_checks=sum(item.waived_checks for item in every),
    )


def score_service(checks: Iterable[Judged], pillars: Sequence[str]) -> dict[str, Score]:
    """Every pillar's score and the overall one, by pillar id; `pillars` in the order to answer in."""
    groups: dict[str, list[Judged]] = {pillar: [] for pillar in pillars}
    for item in checks:
        groups.setdefault(item.pillar, []).append(item)
    scores = {pillar: score_pillar(pillar, group) for pillar, group in groups.items()}
    scores[OVERALL] = overall(scores.values())
    return scores


@dataclass(frozen=True, slots=True)
class Tally:
    """Services of one level summed up: how many, how many of them have a score, and the sums of the figures."""

    level: str
    services: int
    scored: int
    scores: float
    confidences: float
    waived: int = 0
    waived_checks: int = 0


def roll_up(pillar: str, tallies: Sequence[Tally]) -> Score:
    """One pillar of a team, system or organisation from the sums of its services by level."""
    services = sum(tally.services for tally in tallies)
    scored = sum(tally.scored for tally in tallies)
    return Score(
        pillar=pillar,
        score=round(sum(tally.scores for tally in tallies) / scored, 1) if scored else None,
        level=_half_reached(tallies, services),
        confidence=round(sum(tally.confidences for tally in tallies) / services, 3) if services else 0.0,
        waived=sum(tally.waived for tally in tallies),
        waived_checks=sum(tally.waived_checks for tally in tallies),
    )


def _half_reached(tallies: Sequence[Tally], services: int) -> str:
    reached = 0
    for tally in sorted(tallies, key=lambda item: LADDER.index(item.level), reverse=True):
        reached += tally.services
        if reached and 2 * reached >= services:
            return tally.level
    return NO_LEVEL


def mean(values: Iterable[float | None], digits: int = 1) -> float | None:
    """The mean of the values that are there, or None without any."""
    there = [value for value in values if value is not None]
    return round(sum(there) / len(there), digits) if there else None
