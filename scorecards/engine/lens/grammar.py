"""The conditions of risk rules: `default`, or choice ids with `!`, `&&`, `||` and parentheses.

AWS does not publish which operator binds tighter. Here it is as in C and Java: `!` before `&&` before `||`; none of the
public lenses depends on it. The parser keeps its own stack, so that no text can exhaust Python's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

DEFAULT = "default"
MAX_DEPTH = 100
MAX_TOKENS = 5_000
NOT, AND, OR, OPEN, CLOSE = "!", "&&", "||", "(", ")"
BINDS = {OR: 1, AND: 2, NOT: 3}
_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z0-9_]+)|(?P<sign>&&|\|\||[!()]))", re.ASCII)

T = TypeVar("T")


class ConditionError(ValueError):
    """A condition that cannot be read; the message names the character, counted from 1."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in postfix order: choice ids and operators. `default` where it is always true."""

    text: str
    steps: tuple[str, ...]

    @property
    def default(self) -> bool:
        """Whether it is the rule for everything else."""
        return self.steps == (DEFAULT,)

    @property
    def choices(self) -> frozenset[str]:
        """The choice ids that it names."""
        return frozenset(self.steps) - {NOT, AND, OR, DEFAULT}

    def holds(self, selected: Collection[str]) -> bool:
        """Whether it is true for these selected choices."""
        return fold(self, lambda name: name == DEFAULT or name in selected, lambda a: not a, _both, _either)


def _both(left: bool, right: bool) -> bool:
    return left and right


def _either(left: bool, right: bool) -> bool:
    return left or right


def fold(
    condition: Condition,
    leaf: Callable[[str], T],
    negate: Callable[[T], T],
    both: Callable[[T, T], T],
    either: Callable[[T, T], T],
) -> T:
    """Work a condition out from its leaves; truth values, bit sets or anything else that has the three operations."""
    stack: list[T] = []
    for step in condition.steps:
        if step == NOT:
            stack.append(negate(stack.pop()))
        elif step in (AND, OR):
            right = stack.pop()
            stack.append((both if step == AND else either)(stack.pop(), right))
        else:
            stack.append(leaf(step))
    return stack[0]


@cache
def parse(text: str) -> Condition:
    """Read a condition. Raises ConditionError with the place and the remedy."""
    tokens = _tokens(text)
    if any(token == DEFAULT for token, _ in tokens):
        if len(tokens) != 1:
            raise ConditionError("“default” stands alone: it is the rule for everything else.")
        return Condition(text, (DEFAULT,))
    return Condition(text, tuple(_postfix(tokens, len(text))))


def _tokens(text: str) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            wrong = place + len(text[place:]) - len(text[place:].lstrip())
            raise ConditionError(
                f"{text[wrong]!r} at character {wrong + 1} is no part of a condition: "
                "use choice ids, !, &&, || and parentheses."
            )
        found.append((match["word"] or match["sign"], match.end() - len(match["word"] or match["sign"])))
        place = match.end()
        if len(found) > MAX_TOKENS:
            raise ConditionError(f"The condition has more than {MAX_TOKENS:,} words and signs: simplify it.")
    if not found:
        raise ConditionError("The condition is empty: write “default” or choice ids.")
    return found


def _postfix(tokens: list[tuple[str, int]], length: int) -> list[str]:
    """The shunting-yard algorithm: operators wait on a stack until their right side is complete."""
    out: list[str] = []
    waiting: list[tuple[str, int]] = []
    operand_next, depth = True, 0
    for token, place in tokens:
        _expect(operand_next, token, place)
        if token in (NOT, OPEN):
            depth += 1
            if depth > MAX_DEPTH:
                raise ConditionError(
                    f"Parentheses and negations are nested deeper than {MAX_DEPTH} at character {place + 1}: simplify it."
                )
            waiting.append((token, place))
        elif token == CLOSE:
            depth -= _close(out, waiting, place)
        elif token in (AND, OR):
            depth -= _flush(out, waiting, BINDS[token])
            waiting.append((token, place))
            operand_next = True
        else:
            out.append(token)
            operand_next = False
    if operand_next:
        raise ConditionError(f"The condition ends at character {length} where a choice id is expected.")
    _flush(out, waiting, 0)
    if waiting:
        raise ConditionError(f"The parenthesis at character {waiting[-1][1] + 1} is never closed.")
    return out


def _expect(operand_next: bool, token: str, place: int) -> None:
    starts = token not in (AND, OR, CLOSE)
    if starts != operand_next:
        wanted = "a choice id, “!” or “(” is expected" if operand_next else "“&&”, “||” or “)” is expected"
        raise ConditionError(f"At character {place + 1} stands “{token}” where {wanted}.")


def _flush(out: list[str], waiting: list[tuple[str, int]], binds: int) -> int:
    """Move the operators that bind at least as tightly to the output; returns how many negations were among them."""
    negations = 0
    while waiting and waiting[-1][0] != OPEN and BINDS[waiting[-1][0]] >= binds:
        operator, _ = waiting.pop()
        negations += operator == NOT
        out.append(operator)
    return negations


def _close(out: list[str], waiting: list[tuple[str, int]], place: int) -> int:
    negations = _flush(out, waiting, 0)
    if not waiting:
        raise ConditionError(f"The parenthesis at character {place + 1} was never opened.")
    waiting.pop()
    return negations + 1
