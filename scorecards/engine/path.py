"""The cheapest path upwards: what to mend for the next level, and for a score.

A level wants all of its checks, those that they require and every failing knock-out that caps below it: that set is the
cheapest one, as each smaller set misses the level; the best worth for the effort stands first. A score leaves a choice:
which checks lift the pillar to the target with the least effort is a small knapsack, solved exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .check import FAIL, LEVELS, MET, OUTSIDE
from .scoring import LADDER, Judged, mean, score_pillar
from .search import Option, cheapest, closure

#: States in which there is nothing to mend.
DONE = (*MET, *OUTSIDE)


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
    if item.state in DONE:
        return 0.0
    passed = sum(other.weight for other in pillar if other.state in MET)
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
        if item.state not in DONE:
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
    held = [item.check for item in checks if item.level in wanted or _caps(item, level)]
    needed = closure(held, {option.name: option for option in _options(checks)})
    return Climb(level, tuple(fix for fix in fixes(checks) if fix.check in needed))


def _caps(item: Judged, level: str) -> bool:
    """Whether a knock-out holds its pillar below this level: it fails, or would once it is known to fail."""
    return bool(item.knock_out) and item.state == FAIL and LADDER.index(item.knock_out) < LADDER.index(level)


def _options(checks: Iterable[Judged], gains: Mapping[str, float] | None = None) -> list[Option]:
    """What is open, as the search wants it."""
    return [
        Option(item.check, item.effort, (gains or {}).get(item.check, 0.0), item.requires)
        for item in checks
        if item.state not in DONE
    ]


def to_score(pillar: Iterable[Judged], target: float, others: Iterable[Judged] = ()) -> Climb | None:
    """The cheapest set of checks that lifts a pillar's score to `target` (0..100), or None when nothing does.

    Passing a failing check of weight w adds 100·w to the surplus 100·passed − target·known, an unknown one (100−target)·w;
    the set with the least effort that makes the surplus at least 0 is wanted. `others` are checks of other pillars, which
    may be required.
    """
    items = list(pillar)
    every = [*items, *others]
    passed = sum(item.weight for item in items if item.state in MET)
    known = passed + sum(item.weight for item in items if item.state == FAIL)
    need = target * known - 100 * passed if known else 1.0
    # While nothing is known, the first check that passes makes the score 100.
    gains = {
        item.check: 1.0 if not known else (100.0 if item.state == FAIL else 100.0 - target) * item.weight
        for item in items
    }
    options = _options(every, gains)
    if any(need in {option.name for option in options} for option in options for need in option.needs):
        chosen = cheapest(options, need)
    else:
        chosen = _knapsack([option for option in options if option.gain > 0], need)
    if chosen is None:
        return None
    return Climb(f"{target:g}", tuple(fix for fix in fixes(every) if fix.check in chosen))


def _knapsack(options: Sequence[Option], need: float) -> frozenset[str] | None:
    """The options with the least effort that gain at least `need`, or None; for those that do not need one another."""
    # Cheapest way to each surplus, capped at the need, so the table stays small (weights are 1 to 10).
    cap = max(need, 0.0)
    best: dict[float, tuple[int, tuple[str, ...]]] = {0.0: (0, ())}
    for option in options:
        for surplus, (effort, chosen) in list(best.items()):
            reached = min(surplus + option.gain, cap)
            if reached not in best or effort + option.effort < best[reached][0]:
                best[reached] = (effort + option.effort, (*chosen, option.name))
    return frozenset(best[cap][1]) if cap in best else None
