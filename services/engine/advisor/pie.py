"""PIE: pattern flexibility, infinite scale and efficiency; a database is made for two of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.engine.advisor.questionnaire import Answers

LETTERS = "EPI"  # the order in which a tie is decided
NAMES = {"P": "Pattern flexibility", "I": "Infinite scale", "E": "Efficiency"}
PAIR_ORDER = "PIE"
TENSION = 1


def signed(value: int, plus: str = "") -> str:
    """A number with a true minus sign; `plus` stands before what is not negative."""
    return f"−{-value}" if value < 0 else f"{plus}{value}"


@dataclass(frozen=True)
class Point:
    """Points for a letter or a family, with the answer that gave them."""

    to: str
    points: int
    because: str

    @property
    def signed(self) -> str:
        """The points with their sign, for people."""
        return signed(self.points, plus="+")


@dataclass(frozen=True)
class Pie:
    """`pair` in the order of the word PIE; `tension` where the third letter is wanted nearly as much."""

    pair: str
    totals: dict[str, int]
    points: tuple[Point, ...]
    tension: bool

    @property
    def third(self) -> str:
        """The letter that is given up."""
        return next(letter for letter in PAIR_ORDER if letter not in self.pair)


def pie(answers: Answers) -> Pie:
    """The two letters with the most points; E before P before I at a tie.

    A third letter that has points and is within one of the second is a tension: the service asks for all three.
    """
    points = (*_pattern(answers), *_scale(answers), *_efficiency(answers))
    totals = {letter: sum(point.points for point in points if point.to == letter) for letter in PAIR_ORDER}
    ranked = sorted(LETTERS, key=lambda letter: (-totals[letter], LETTERS.index(letter)))
    pair = "".join(letter for letter in PAIR_ORDER if letter in ranked[:2])
    third = totals[ranked[2]]
    return Pie(pair, totals, points, third > 0 and totals[ranked[1]] - third <= TENSION)


def _steps(letter: str, value: float | None, words: str, *steps: tuple[float, int]) -> Iterator[Point]:
    """Points of the highest step (at least so much, so many points) that the value reaches."""
    if value is None:
        return
    reached = [(least, points) for least, points in steps if value >= least]
    if reached:
        yield Point(letter, max(points for _, points in reached), f"{words}: {value:,g}")


def _pattern(answers: Answers) -> Iterator[Point]:
    patterns = {"partly": 1, "unknown": 3}.get(answers.access_patterns or "", 0)
    if patterns:
        yield Point("P", patterns, f"the ways to ask are {answers.access_patterns}")
    adhoc = {"some": 1, "heavy": 3}.get(answers.adhoc_queries or "", 0)
    if adhoc:
        yield Point("P", adhoc, f"unplanned questions: {answers.adhoc_queries}")
    yield from _steps("P", answers.relationship_depth, "relationships followed", (2, 2))
    yield from _steps("P", answers.analytics_share, "share of analytics", (0.2, 1), (0.6, 3))
    if answers.multi_entity_transactions:
        yield Point("P", 1, "several entities change together")


def _scale(answers: Answers) -> Iterator[Point]:
    yield from _steps("I", answers.data_size_gb, "GB of data", (1_000, 1), (10_000, 3))
    yield from _steps("I", answers.peak_writes_s, "writes a second", (2_000, 1), (20_000, 3))
    yield from _steps("I", answers.peak_reads_s, "reads a second", (20_000, 1), (100_000, 2))
    if answers.multi_region_writes:
        yield Point("I", 2, "written in several Regions")


def _efficiency(answers: Answers) -> Iterator[Point]:
    if answers.p99_ms is not None:
        points = 3 if answers.p99_ms <= 10 else 2 if answers.p99_ms <= 100 else 1 if answers.p99_ms <= 1_000 else 0
        if points:
            yield Point("E", points, f"99 of 100 answers within {answers.p99_ms:,g} ms")
    yield from _steps("E", answers.concurrent_requests_s, "requests a second at a time", (10, 1), (100, 2))
