"""The cheapest set of choice changes that clears or lowers the risk of a question.

A question has at most 15 choices, so each condition is worked out for all 2^n selections at once, as one number of 2^n
bits; then change sets are tried in the order of their cost, each once, until one lands in the wanted set. "None of
these" (`_no`) excludes the other choices: it is dropped, at no cost, as soon as another choice is taken.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from scorecards.engine.lens.document import Question
from scorecards.engine.lens.grammar import DEFAULT, fold
from scorecards.engine.lens.risk import NONE, OF_RULE, RANK, UNANSWERED, risk

MOST_CHOICES = 15


@dataclass(frozen=True, slots=True)
class Change:
    """What to take up and what to give up, what that costs, and the risk it leads to."""

    add: tuple[str, ...]
    drop: tuple[str, ...]
    cost: int
    risk: str


def clear(question: Question, selected: Collection[str], costs: Mapping[str, int] | None = None) -> Change | None:
    """The cheapest way to no risk; None where there is no risk, or no way. A change costs 1 unless `costs` says more."""
    return _search(question, selected, costs or {}, {NONE})


def lower(question: Question, selected: Collection[str], costs: Mapping[str, int] | None = None) -> Change | None:
    """The cheapest way to any lower risk than the present one; what is unanswered counts as high."""
    now = risk(question, selected)
    rank = RANK["HIGH"] if now == UNANSWERED else RANK.get(now, 0)
    return _search(question, selected, costs or {}, {name for name, value in RANK.items() if value < rank})


def _search(question: Question, selected: Collection[str], costs: Mapping[str, int], wanted: set[str]) -> Change | None:
    ids = question.choice_ids
    if len(ids) > MOST_CHOICES:
        raise ValueError(f"a question has at most {MOST_CHOICES} choices")
    tables = outcomes(question)
    good = 0
    for name in wanted:
        good |= tables.get(name, 0)
    start = sum(1 << place for place, name in enumerate(ids) if name in selected)
    if not good or (good >> start) & 1:
        return None
    # Bytes, because shifting a number of 32,768 bits for each candidate would copy it each time.
    reached = good.to_bytes((1 << len(ids)) // 8 + 1, "little")
    for cost, mask in _by_cost(question, start, costs):
        if reached[mask >> 3] >> (mask & 7) & 1:
            return _change(question, start, mask, cost)
    return None


def outcomes(question: Question) -> dict[str, int]:
    """For each risk the selections that lead to it: bit s is set where s, as a bit set of choices, is one of them.

    Left out are the empty selection (unanswered) and those with "none of these" beside another choice.
    """
    size = 1 << len(question.choices)
    everything = (1 << size) - 1
    columns = {name: _column(place, len(question.choices)) for place, name in enumerate(question.choice_ids)}
    open_ = everything & ~1
    for choice in question.choices:
        if choice.none_of_these:
            alone = 1 << (1 << question.choice_ids.index(choice.id))
            open_ &= ~columns[choice.id] | alone
    found: dict[str, int] = {}
    for rule in question.rules:
        true = fold(
            rule.condition,
            lambda name: everything if name == DEFAULT else columns.get(name, 0),
            lambda bits: everything & ~bits,
            lambda left, right: left & right,
            lambda left, right: left | right,
        )
        name = OF_RULE[rule.risk]
        found[name] = found.get(name, 0) | (open_ & true)
        open_ &= ~true
    return found


def _column(place: int, choices: int) -> int:
    """The selections that hold choice number `place`: 0101…, 0011…, 00001111…, as one number."""
    half = 1 << place
    block, width = ((1 << half) - 1) << half, 2 * half
    total = 1 << choices
    while width < total:
        block |= block << width
        width *= 2
    return block


def _by_cost(question: Question, start: int, costs: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """(cost, selection) for every selection, the cheapest first; of equals the one with fewer, then earlier changes."""
    free = [place for place, choice in enumerate(question.choices) if choice.none_of_these and start >> place & 1]
    steps = sorted(
        (max(1, costs.get(choice.id, 1)), place) for place, choice in enumerate(question.choices) if place not in free
    )
    dropped = sum(1 << place for place in free)
    waiting: list[tuple[int, int, tuple[int, ...], int]] = [(0, 0, (), 0)]
    while waiting:
        cost, size, taken, following = heapq.heappop(waiting)
        mask = start & ~dropped if taken else start
        for place in taken:
            mask ^= 1 << place
        yield cost, mask
        for number in range(following, len(steps)):
            price, place = steps[number]
            heapq.heappush(waiting, (cost + price, size + 1, (*taken, place), number + 1))


def _change(question: Question, start: int, mask: int, cost: int) -> Change:
    ids = question.choice_ids
    after = [name for place, name in enumerate(ids) if mask >> place & 1]
    return Change(
        tuple(name for place, name in enumerate(ids) if mask & ~start & (1 << place)),
        tuple(name for place, name in enumerate(ids) if start & ~mask & (1 << place)),
        cost,
        risk(question, after),
    )
