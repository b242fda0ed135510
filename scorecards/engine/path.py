"""The cheapest path upwards: what to mend for the next level, and for a score.

A level wants all of its checks, so its path is the list of those that do not pass, the best worth for the effort first.
A score leaves a choice: which checks lift the pillar to the target with the least effort is a small knapsack, solved exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .check import FAIL, LEVELS, NOT_APPLICABLE, PASS
from .scoring import LADDER, Judged, mean, score_pillar


@dataclass(frozen=True, slots=True)
class Fix:
    """One check to mend. `worth` in points of its pillar, `lift` in points of the overall score, `effort` in minutes."""

    check: str
    worth: float
    effort: int
    lift: float = 0.0

    @property
    def rate(self) -> float:
        """Overall points for the effort. Ten minutes are added, so that a task of one minute does not beat what matters."""
        return self.lift / (self.effort + 10)


@dataclass(frozen=True, slots=True)
class Climb:
    """The way to a level (or a score): what to mend, in which order, and the effort in minutes altogether."""

    target: str
    fixes: tuple[Fix, ...]

    @property
    def effort(self) -> int:
        """Minutes for all of it."""
        return sum(fix.effort for fix in self.fixes)


def worth(item: Judged, pillar: Sequence[Judged]) -> float:
    """Points that the pillar's score gains when this check passes; `pillar` holds all checks of its pillar."""
    if item.state in (PASS, NOT_APPLICABLE):
        return 0.0
    passed = sum(other.weight for other in pillar if other.state == PASS)
    known = passed + sum(other.weight for other in pillar if other.state == FAIL)
    before = 100 * passed / known if known else 0.0
    # A failing check already stands in the denominator; an unknown one enters it when it becomes known.
    known_after = known if item.state == FAIL else known + item.weight
    return round(100 * (passed + item.weight) / known_after - before, 1)


def fixes(checks: Sequence[Judged]) -> list[Fix]:
    """Everything that does not pass, the best lift for its effort first (ties: the heavier, then the id)."""
    groups: dict[str, list[Judged]] = {}
    for item in checks:
        groups.setdefault(item.pillar, []).append(item)
    scores = {pillar: score_pillar(pillar, group).score for pillar, group in groups.items()}
    weights = {item.check: item.weight for item in checks}
    found = []
    for item in checks:
        if item.state not in (PASS, NOT_APPLICABLE):
            gain = worth(item, groups[item.pillar])
            found.append(Fix(item.check, gain, item.effort, _lift(item.pillar, gain, scores)))
    return sorted(found, key=lambda fix: (-fix.rate, -weights[fix.check], fix.check))


def _lift(pillar: str, gain: float, scores: Mapping[str, float | None]) -> float:
    """What the overall score, the mean of the pillars that have one, gains when this pillar gains `gain`."""
    before = mean(scores.values(), 6) or 0.0
    after = mean({**scores, pillar: (scores[pillar] or 0.0) + gain}.values(), 6) or 0.0
    return round(after - before, 1)


def next_level(level: str) -> str:
    """The level above, or "" at the top."""
    above = [name for name in LEVELS if LADDER.index(name) > LADDER.index(level)]
    return above[0] if above else ""


def to_level(checks: Sequence[Judged], level: str) -> Climb:
    """What stands between these checks and a level."""
    wanted = set(LEVELS[: LEVELS.index(level) + 1])
    held = {item.check for item in checks if item.level in wanted}
    return Climb(level, tuple(fix for fix in fixes(checks) if fix.check in held))


def to_score(pillar: Iterable[Judged], target: float) -> Climb | None:
    """The cheapest set of checks of one pillar that lifts its score to `target` (0..100), or None when nothing does.

    Passing a failing check of weight w adds 100·w to the surplus 100·passed − target·known, an unknown one (100−target)·w;
    the set with the least effort that makes the surplus at least 0 is wanted.
    """
    items = list(pillar)
    passed = sum(item.weight for item in items if item.state == PASS)
    known = passed + sum(item.weight for item in items if item.state == FAIL)
    open_items = [item for item in items if item.state not in (PASS, NOT_APPLICABLE)]
    if known == 0:
        # Nothing is known yet, so the first check that passes makes the score 100.
        chosen: tuple[Judged, ...] = tuple(sorted(open_items, key=lambda item: (item.effort, -item.weight))[:1])
    else:
        chosen = _knapsack(open_items, target, target * known - 100 * passed)
        if not chosen and target * known > 100 * passed:
            return None
    wanted = {item.check for item in chosen}
    return Climb(f"{target:g}", tuple(fix for fix in fixes(items) if fix.check in wanted)) if known or chosen else None


def _knapsack(items: Sequence[Judged], target: float, need: float) -> tuple[Judged, ...]:
    """The items with the least effort that gain at least `need`; () when none are needed or all do not reach it."""
    # Cheapest way to each surplus, capped at the need, so the table stays small (weights are 1 to 10).
    best: dict[float, tuple[int, tuple[Judged, ...]]] = {0.0: (0, ())}
    cap = max(need, 0.0)
    for item in items:
        gain = (100.0 if item.state == FAIL else 100.0 - target) * item.weight
        for surplus, (effort, chosen) in list(best.items()):
            reached = min(surplus + gain, cap)
            if reached not in best or effort + item.effort < best[reached][0]:
                best[reached] = (effort + item.effort, (*chosen, item))
    return best[cap][1] if cap in best else ()
