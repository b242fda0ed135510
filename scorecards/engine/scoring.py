"""Points and levels of the pillars.

*Score* = 100 × Σ weight of passed checks / Σ weight of checks that passed or failed. A check that is unknown (or broke)
is neither: it stays out of both sums, so a missing fact can neither lift nor lower a score. What it lowers is the
*confidence* = Σ weight of passed or failed / Σ weight of all applicable checks, shown beside every score; and it holds
back the level, because a level is reached only when every applicable check of that level and of those below passes.
A pillar with nothing known has no score (None). Weights are whole numbers, scores have one decimal.

*Level* of a pillar: the highest of bronze, silver, gold that it reaches (a level without an applicable check holds nothing
back); else *below* when a bronze check fails, else *unknown*. Overall: the score and the confidence are the mean of the pillars (each pillar counts alike, so one with many
checks cannot drown another), the level is the lowest pillar's, as a roof is as high as its lowest column.

A team, system or organisation: mean of its services' scores and confidences; its level is the one that at least half
of its services have reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .check import FAIL, LEVELS, NOT_APPLICABLE, PASS

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
    """One check of one service with its state. `effort` in minutes."""

    check: str
    pillar: str
    weight: int
    level: str
    state: str
    effort: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """A pillar's (or the overall) score 0..100 or None, its level, and its confidence 0..1."""

    pillar: str
    score: float | None
    level: str
    confidence: float
    passed: int = 0
    known: int = 0
    applicable: int = 0


def colour(score: float | None) -> str:
    """The level of a number for its colour: poor, fair, good or unknown."""
    if score is None:
        return "unknown"
    return "poor" if score < FAIR else "fair" if score < GOOD else "good"


def level_of(checks: Iterable[Judged]) -> str:
    """The highest level whose checks, and those of all levels below, pass."""
    applicable = [item for item in checks if item.state != NOT_APPLICABLE]
    if not applicable:
        return NO_LEVEL
    reached = ""
    for level in LEVELS:
        states = [item.state for item in applicable if item.level == level]
        if any(state != PASS for state in states):
            if reached:
                return reached
            return BELOW if FAIL in states else NO_LEVEL
        reached = level
    return reached


def score_pillar(pillar: str, checks: Sequence[Judged]) -> Score:
    """The score of one pillar from its checks (checks of other pillars must not be among them)."""
    passed = sum(item.weight for item in checks if item.state == PASS)
    known = passed + sum(item.weight for item in checks if item.state == FAIL)
    applicable = sum(item.weight for item in checks if item.state != NOT_APPLICABLE)
    return Score(
        pillar=pillar,
        score=round(100 * passed / known, 1) if known else None,
        level=level_of(checks),
        confidence=round(known / applicable, 3) if applicable else 0.0,
        passed=passed,
        known=known,
        applicable=applicable,
    )


def overall(pillars: Iterable[Score]) -> Score:
    """The score above the pillars; those without an applicable check do not count."""
    counted = [item for item in pillars if item.applicable]
    return Score(
        pillar=OVERALL,
        score=mean(item.score for item in counted),
        level=min((item.level for item in counted), key=LADDER.index, default=NO_LEVEL),
        confidence=mean((item.confidence for item in counted), 3) or 0.0,
        passed=sum(item.passed for item in counted),
        known=sum(item.known for item in counted),
        applicable=sum(item.applicable for item in counted),
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
    """Services of one level summed up: how many, how many of them have a score, and the sums of both figures."""

    level: str
    services: int
    scored: int
    scores: float
    confidences: float


def roll_up(pillar: str, tallies: Sequence[Tally]) -> Score:
    """One pillar of a team, system or organisation from the sums of its services by level."""
    services = sum(tally.services for tally in tallies)
    scored = sum(tally.scored for tally in tallies)
    return Score(
        pillar=pillar,
        score=round(sum(tally.scores for tally in tallies) / scored, 1) if scored else None,
        level=_half_reached(tallies, services),
        confidence=round(sum(tally.confidences for tally in tallies) / services, 3) if services else 0.0,
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
