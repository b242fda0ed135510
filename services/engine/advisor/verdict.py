"""The advice: pair, ranking, match or mismatch against the stores in use, and what to do about caching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.engine.advisor.cache import CacheAdvice, cache_advice
from services.engine.advisor.evidence import Evidence, Items, confidence, evidence
from services.engine.advisor.families import Ranked, rank
from services.engine.advisor.pie import Pie, pie
from services.engine.advisor.questionnaire import Answers
from services.engine.advisor.stores import Lifecycle, Store, retired

NEAR = 2
# The letters that a family is made for; a family that gives up none of a pair lacks nothing of it.
LETTERS = {
    "relational": "PE", "distributed-sql": "PIE", "key-value": "IE", "document": "PIE", "in-memory": "IE",
    "wide-column": "IE", "graph": "PIE", "time-series": "IE", "search": "PIE", "warehouse": "PI", "ledger": "PE",
}  # fmt: skip
ONE_WRITER = frozenset({"relational", "graph", "document", "in-memory", "time-series", "search", "warehouse", "ledger"})
SPECIAL = {
    "graph": "relationships of three hops and more", "search": "search by words", "time-series": "data in the order of time",
    "in-memory": "answers within a millisecond",
}  # fmt: skip
SEVERITIES = ("", "low", "medium", "high")


@dataclass(frozen=True)
class Fit:
    """How one store in use fits: `match`, or a mismatch of a severity with its reason."""

    store: Store
    match: bool
    severity: str
    because: str


@dataclass(frozen=True)
class Advice:
    """All that the advisor says. `match` is match, mismatch, none (no store is seen) or unanswered."""

    match: str
    severity: str
    because: str
    pie: Pie | None
    ranked: tuple[Ranked, ...]
    fits: tuple[Fit, ...]
    retired: tuple[tuple[Store, Lifecycle], ...]
    evidence: tuple[Evidence, ...]
    confidence: float
    cache: CacheAdvice | None


def advise(answers: Answers | None, stores: Sequence[Store], items: Items) -> Advice:
    """The advice for these answers and stores. Without answers only the lifecycle of the stores is judged."""
    gone = retired(stores)
    if answers is None or not answers.answered:
        words = "Nobody has said yet how the service uses its data."
        return Advice("unanswered", "", words, None, (), (), gone, (), 0.0, None)
    chosen = pie(answers)
    ranked = rank(answers, chosen.pair)
    main = _main(stores, ranked)
    fits = tuple(sorted((_fit(store, answers, chosen, ranked) for store in main), key=_order))
    seen = evidence(items, answers)
    cached = any(store.family == "in-memory" for store in stores)
    said = fits[0] if fits else None
    match = "none" if said is None else "match" if said.match else "mismatch"
    because = said.because if said else "No database of it has been seen: this is what would fit."
    return Advice(
        match, said.severity if said else "", because, chosen, ranked, fits, gone, seen,
        confidence(answers, seen), cache_advice(answers, cached),
    )  # fmt: skip


def _main(stores: Sequence[Store], ranked: Sequence[Ranked]) -> list[Store]:
    """The stores that hold the data: a cache beside a database is no database, unless one in memory is what fits."""
    others = [store for store in stores if store.family != "in-memory"]
    return list(stores) if not others or ranked[0].family == "in-memory" else others


def _order(fit: Fit) -> tuple[bool, int, str]:
    return (not fit.match, SEVERITIES.index(fit.severity), fit.store.name)


def _fit(store: Store, answers: Answers, chosen: Pie, ranked: Sequence[Ranked]) -> Fit:
    """First or within two points of it is a match; else the worst reason decides."""
    best, mine = ranked[0], next((entry for entry in ranked if entry.family == store.family), None)
    if mine is not None and best.total - mine.total <= NEAR:
        words = "is what fits best" if mine.place == 1 else f"is {best.total - mine.total} points behind {best.family}"
        return Fit(store, True, "", f"{store.family} {words}.")
    lacks = _lacks(store.family, answers, chosen)
    if lacks:
        return Fit(store, False, "high", lacks)
    if best.family in SPECIAL:
        return Fit(store, False, "medium", f"{store.family} is not made for {SPECIAL[best.family]}; {best.family} is.")
    gap = f" by {best.total - mine.total} points" if mine is not None else ""
    return Fit(store, False, "low", f"{best.family} would fit better{gap}; {store.family} can do the work.")


def _lacks(family: str, answers: Answers, chosen: Pie) -> str:
    """Which part of the pair the family cannot give, in a sentence; "" where none."""
    if answers.multi_region_writes and family in ONE_WRITER:
        return f"It must be written in several Regions; {family} has one writer."
    missing = [letter for letter in chosen.pair if letter not in LETTERS.get(family, "PIE")]
    if missing == ["P"] and (answers.analytics_share or 0) < 0.6:
        # With known keys the plain questions can still be asked; analytics cannot.
        missing = []
    words = {"P": "new kinds of questions", "I": "growth without bound", "E": "fast answers to many"}
    return f"The service needs {words[missing[0]]}, which {family} gives up." if missing else ""
