"""The ways upwards of one service, for its page and REST: to the next level, to a score, and where the points are lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scorecards.cards import FixRow, fix_rows
from scorecards.engine import path
from scorecards.engine.check import FAIL, LEVELS, PILLARS
from scorecards.engine.scoring import GOOD, OVERALL, Judged
from scorecards.recompute import Card
from scorecards.words import pillar_label, pillar_order


@dataclass(frozen=True, slots=True)
class LostRow:
    """One failing check and what it takes away: `worth` in points of its pillar, `lift` in points of the overall score."""

    check: str
    title: str
    pillar: str
    worth: float
    lift: float
    effort: int

    @property
    def hourly(self) -> float | None:
        """Overall points for an hour of work; None where it costs no time by itself."""
        return round(60 * self.lift / self.effort, 1) if self.effort else None


def lost(card: Card) -> list[LostRow]:
    """Every failing check with what it takes away, the dearest first; a pillar's rows add up to what it lacks to 100."""
    states = {item.check: item for item in card.judged}
    rows = [
        LostRow(fix.check, card.versions[fix.check].title, pillar_label(states[fix.check].pillar), fix.worth, fix.lift,
                fix.effort)
        for fix in path.fixes(card.judged)
        if states[fix.check].state == FAIL
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row.lift, -row.worth, row.check))


@dataclass(frozen=True, slots=True)
class PillarWay:
    """The cheapest way of one pillar to a score; `climb` is None where no way leads there."""

    pillar: str
    label: str
    score: float | None
    climb: path.Climb | None


def to_good(card: Card) -> list[PillarWay]:
    """The cheapest way to good for every pillar that is not there yet."""
    names = {item.pillar for item in card.judged} | set(PILLARS)
    found = []
    for pillar in sorted(names, key=pillar_order):
        score = card.scores.get(pillar)
        if score is None or not score.applicable or (score.score is not None and score.score >= GOOD):
            continue
        found.append(PillarWay(pillar, pillar_label(pillar), score.score, to_score(card, pillar, GOOD)))
    return found


def to_score(card: Card, pillar: str, target: float) -> path.Climb | None:
    """The cheapest fixes that lift a pillar to a score, or None where none do."""
    mine, others = _split(card.judged, pillar)
    return path.to_score(mine, target, others)


def _split(judged: Sequence[Judged], pillar: str) -> tuple[list[Judged], list[Judged]]:
    return [item for item in judged if item.pillar == pillar], [item for item in judged if item.pillar != pillar]


@dataclass(frozen=True, slots=True)
class LevelWay:
    """The cheapest way to one level of the whole service."""

    level: str
    climb: path.Climb
    rows: list[FixRow]

    @property
    def more(self) -> int:
        """How many fixes are not spelled out."""
        return len(self.climb.fixes) - len(self.rows)


#: How many fixes a way spells out on the page.
SHOWN = 8


def to_levels(card: Card) -> list[LevelWay]:
    """The ways to every level above the one reached, the nearest first."""
    now = card.scores[OVERALL].level
    above = LEVELS[LEVELS.index(now) + 1 :] if now in LEVELS else LEVELS
    ways = [path.to_level(card.judged, level) for level in above]
    return [LevelWay(climb.target, climb, fix_rows(card, climb, SHOWN)) for climb in ways]
