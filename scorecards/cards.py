"""A service's scorecard for people: every check with its state, what was found, what was wanted, and what mending it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.templatetags import wording
from scorecards.engine import path
from scorecards.engine.check import (
    CONDITION,
    FAIL,
    LEVELS,
    MANUAL,
    MET,
    NOT_APPLICABLE,
    OUTSIDE,
    PASS,
    UNKNOWN,
    WAIVED,
    WARN,
    reason,
)
from scorecards.engine.scoring import OVERALL
from scorecards.models import CheckVersion, Waiver
from scorecards.recompute import Card
from scorecards.timeline import moment_of
from scorecards.words import STATES, StateWords, field_of, pillar_label, pillar_order, spoken, why
from services.facts import name_of

#: Facts that people wrote down, in a descriptor or as a confirmation; all others were measured.
DECLARED = ("catalog.", f"{MANUAL}.")


@dataclass(frozen=True, slots=True)
class LeafRow:
    """One condition of a check: what was wanted and found, and how old the fact is."""

    field: str
    wanted: str
    found: str
    failing: list[dict[str, Any]]
    more: int
    fact: str
    source: str
    url: str
    observed_at: datetime | None
    truth: bool | None

    @property
    def name(self) -> str:
        """What people call the fact."""
        return name_of(self.fact)


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check of one service."""

    version: CheckVersion
    state: str
    words: StateWords
    why: str
    leaves: list[LeafRow]
    worth: float
    effort: int
    waiver: Waiver | None = None
    lift: float = 0.0

    @property
    def definition(self) -> dict[str, Any]:
        """The check as its plugin wrote it."""
        found: dict[str, Any] = self.version.definition
        return found

    @property
    def id(self) -> str:
        """The check's id."""
        return self.version.check_id

    @property
    def answered(self) -> str:
        """“manual” or “pushed” where people or programs answer, "" where a condition decides."""
        kind = str(self.definition.get("kind", CONDITION))
        return "" if kind == CONDITION else kind

    @property
    def open(self) -> bool:
        """Whether there is something to mend, and so something to waive."""
        return self.state not in path.DONE


def rows(card: Card) -> list[CheckRow]:
    """Every check of the card, by pillar, level and title."""
    worths = {fix.check: fix for fix in path.fixes(card.judged)}
    found = [row(card, item.check, item.state, worths.get(item.check)) for item in card.judged]
    return sorted(
        found, key=lambda item: (pillar_order(item.version.pillar), LEVELS.index(item.version.level), item.id)
    )


def row(card: Card, name: str, state: str, fix: path.Fix | None = None) -> CheckRow:
    """One check with its explanation from the card's facts; `fix` says what mending it is worth."""
    version, waiver = card.versions[name], card.waivers.get(name)
    leaves = reason(card.check(name), card.snapshot, state)["leaves"]
    said = why(state, leaves, card.snapshot, card.when)
    if name in card.held:
        titles = [card.versions[need].title for need in card.held[name] if need in card.versions]
        said = f"Waits for {', '.join(f'“{title}”' for title in titles)}."
    if state == WAIVED and waiver is not None:
        said = f"Waived until {_day(waiver.ended_at)} by {waiver.decided_by}: {waiver.reason}"
    return CheckRow(
        version, state, STATES[state], said, [_leaf(leaf, card) for leaf in leaves], fix.worth if fix else 0.0,
        int(version.definition.get("effort", 0)), waiver if state == WAIVED else None, fix.lift if fix else 0.0,
    )  # fmt: skip


def _day(moment: datetime | None) -> str:
    return f"{moment.day} {moment:%b %Y}" if moment else ""


def _leaf(leaf: Mapping[str, Any], card: Card) -> LeafRow:
    item = card.snapshot.evidence.get(leaf["fact"])
    failing = list(leaf.get("failing", ()))
    return LeafRow(
        field_of(leaf), str(leaf["wanted"]), _found(leaf),
        [{"name": each["name"], "found": spoken(each["found"])} for each in failing],
        leaf.get("failing_count", 0) - len(failing), leaf["fact"], leaf["source"], leaf["url"],
        moment_of(item.observed_at) if item else None, leaf["truth"],
    )  # fmt: skip


def _found(leaf: Mapping[str, Any]) -> str:
    if leaf.get("unknown") in ("never observed", "expired", "too old", "no such field"):
        return str(leaf["unknown"])
    return spoken(leaf["found"])


@dataclass(frozen=True, slots=True)
class FixRow:
    """One line of “next fixes”; `worth` in points of the pillar."""

    state: str
    icon: str
    title: str
    pillar: str
    why: str
    worth: str
    effort: str
    check: str
    rate: float


def fix_rows(card: Card, climb: path.Climb, limit: int) -> list[FixRow]:
    """The first fixes of a climb, worth in points of the pillar."""
    states = {item.check: item.state for item in card.judged}
    return [_fix(card, fix, states[fix.check]) for fix in climb.fixes[:limit]]


def _fix(card: Card, fix: path.Fix, state: str) -> FixRow:
    found = row(card, fix.check, state, fix)
    return FixRow(
        found.words.kind, found.words.icon, found.version.title, pillar_label(found.version.pillar), found.why,
        # An unknown check may well be worth no points yet: what it brings is confidence.
        wording.delta(fix.worth) if round(fix.worth) else "", wording.effort(fix.effort),
        fix.check, fix.rate,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of the ladder of a service."""

    level: str
    passed: int
    total: int
    waived: int = 0

    @property
    def percent(self) -> int:
        """How much of it passes."""
        return round(100 * self.passed / self.total) if self.total else 100


def ladder(card: Card) -> list[Rung]:
    """How many applicable checks of each level pass."""
    rungs = []
    for level in LEVELS:
        all_of_it = [item for item in card.judged if item.level == level]
        mine = [item for item in all_of_it if item.state not in OUTSIDE]
        waived = sum(item.state == WAIVED for item in all_of_it)
        rungs.append(Rung(level, sum(item.state in MET for item in mine), len(mine), waived))
    return rungs


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much of the weight rests on fresh evidence, and whether that was measured or only declared. Shares of 1."""

    fresh: float
    measured: float
    declared: float

    @property
    def percent(self) -> int:
        """The fresh share in percent."""
        return round(100 * self.fresh)

    @property
    def sentence(self) -> str:
        """“91 % of the weight rests on fresh evidence · 84 % measured, 7 % declared”."""
        share, measured, declared = (
            f"{round(100 * part)}\u202f%" for part in (self.fresh, self.measured, self.declared)
        )
        return f"{share} of the weight rests on fresh evidence · {measured} measured, {declared} declared"


def evidence(card: Card) -> Evidence:
    """Shares of the applicable weight. Declared is what reads only the service's own descriptor or a confirmation."""
    total = card.scores[OVERALL].applicable
    if not total:
        return Evidence(0.0, 0.0, 0.0)
    known = [item for item in card.judged if item.state in (*MET, FAIL)]
    declared = sum(
        item.weight for item in known if all(key.startswith(DECLARED) for key in card.check(item.check).keys)
    )
    measured = sum(item.weight for item in known) - declared
    return Evidence((measured + declared) / total, measured / total, declared / total)


def climb(card: Card) -> path.Climb:
    """The way to the next level; at the top, everything that is still open."""
    target = path.next_level(card.scores[OVERALL].level)
    return path.to_level(card.judged, target) if target else path.Climb("", tuple(path.fixes(card.judged)))


def distance(climb_: path.Climb, level: str) -> str:
    """“3 checks to Silver”."""
    if not climb_.target:
        return "the highest level" if level == LEVELS[-1] else ""
    number = len(climb_.fixes)
    return f"{number} {'check' if number == 1 else 'checks'} to {climb_.target.capitalize()}"


def groups(found: list[CheckRow]) -> list[dict[str, Any]]:
    """Rows by pillar, for the page."""
    names = sorted({item.version.pillar for item in found}, key=pillar_order)
    return [
        {"pillar": name, "label": pillar_label(name), "rows": [item for item in found if item.version.pillar == name]}
        for name in names
    ]


def selected(found: list[CheckRow], state: str, pillar: str) -> list[CheckRow]:
    """The rows that the address asks for; without a state, all that apply."""
    chosen = [item for item in found if not pillar or item.version.pillar == pillar]
    if state == "open":
        return [item for item in chosen if item.state not in (*MET, *OUTSIDE)]
    if state:
        return [item for item in chosen if item.state == state]
    return [item for item in chosen if item.state != NOT_APPLICABLE]


STATE_CHOICES = [
    ("", "all that apply"),
    ("open", "open"),
    (FAIL, "failing"),
    (UNKNOWN, "unknown"),
    (PASS, "passing"),
    (WARN, "with a warning"),
    (WAIVED, "waived"),
    (NOT_APPLICABLE, "not applicable"),
]
