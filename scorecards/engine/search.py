"""The cheapest choice that reaches a goal, exactly: branch and bound over options that may need one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be done. `effort` in minutes, `gain` in units of the goal; `needs` must be done with it."""

    name: str
    effort: int
    gain: float
    needs: tuple[str, ...] = ()


def closure(names: Sequence[str], options: Mapping[str, Option]) -> frozenset[str]:
    """These and everything that they need; needs that are no option are met already."""
    found: set[str] = set()
    waiting = [name for name in names if name in options]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [need for need in options[name].needs if need in options]
    return frozenset(found)


def cheapest(options: Sequence[Option], goal: float) -> frozenset[str] | None:
    """The closed set with the least effort whose gains reach the goal, or None without one."""
    search = _Search(options, goal)
    search.go(0, frozenset())
    return search.best


class _Search:
    def __init__(self, options: Sequence[Option], goal: float) -> None:
        self.by_name = {option.name: option for option in options}
        # The best gain for its effort first, so that a good answer is found early and prunes the rest.
        self.order = sorted(
            (option for option in options if option.gain > 0),
            key=lambda option: (option.effort / option.gain, -option.gain, option.name),
        )
        self.goal = goal
        self.best: frozenset[str] | None = None
        self.price = float("inf")

    def go(self, position: int, chosen: frozenset[str]) -> None:
        """Take or leave the option at this position, unless what is chosen reaches the goal or can no longer win."""
        effort = sum(self.by_name[name].effort for name in chosen)
        gained = sum(self.by_name[name].gain for name in chosen)
        if gained >= self.goal - EPSILON:
            if effort < self.price:
                self.best, self.price = chosen, effort
            return
        if effort + self._at_least(position, chosen, self.goal - gained) >= self.price:
            return
        if position == len(self.order):
            return
        option = self.order[position]
        if option.name in chosen:
            self.go(position + 1, chosen)
            return
        self.go(position + 1, chosen | closure([option.name], self.by_name))
        self.go(position + 1, chosen)

    def _at_least(self, position: int, chosen: frozenset[str], missing: float) -> float:
        """No way is cheaper: the rest in the order of its rate, the last one in part, and without its needs."""
        effort = 0.0
        for option in self.order[position:]:
            if missing <= EPSILON:
                break
            if option.name not in chosen:
                part = min(1.0, missing / option.gain)
                effort, missing = effort + part * option.effort, missing - option.gain
        return effort if missing <= EPSILON else float("inf")
