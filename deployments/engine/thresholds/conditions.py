"""Conditions such as `result[0] <= 0.05 && !isNaN(result[0])`: read once, never run as code.

Known are numbers, `result`, `result[0]`, comparisons, `!`, `&&`, `||`, brackets, and asFloat, asInt, default, isNaN, isInf, isNil.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from math import isinf, isnan
from typing import Any

from deployments.engine.plan.reading import PlanError

Value = float | bool | None
Node = Callable[[float | None], Any]
LONGEST, DEEPEST = 300, 20
TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z]+)|(?P<sign>&&|\|\||[<>=!]=|[<>!(),\[\]]))"
)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
CALLS: dict[str, tuple[int, Callable[..., Value]]] = {
    "asFloat": (1, lambda value: None if value is None else float(value)),
    "asInt": (1, lambda value: None if value is None else float(int(value))),
    "default": (2, lambda value, other: other if value is None or isnan(value) else value),
    "isNaN": (1, lambda value: value is not None and isnan(value)),
    "isInf": (1, lambda value: value is not None and isinf(value)),
    "isNil": (1, lambda value: value is None),
}


class NoAnswer(ValueError):
    """The condition cannot be answered for this value, such as a comparison with no value at all."""


class Condition:
    """A condition that was read; call it with a measured value, None where there was none."""

    def __init__(self, text: str) -> None:
        """Read ``text``. Raises PlanError that says where it went wrong."""
        if not isinstance(text, str) or not 0 < len(text) <= LONGEST:
            raise PlanError(f"A condition is a text of 1 to {LONGEST} characters.")
        self.text = text
        self._tokens, self._depth = _tokens(text), 0
        self._node = self._either()
        if self._tokens:
            raise PlanError(f"Condition {text!r}: {self._tokens[0]!r} was not expected.")

    def __call__(self, value: float | None) -> bool:
        """Whether the value meets it. Raises NoAnswer."""
        try:
            return bool(self._node(value))
        except (TypeError, ValueError, OverflowError) as error:
            raise NoAnswer(f"{self.text!r} has no answer for {value}.") from error

    def _either(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise PlanError(f"Condition {self.text!r}: at most {DEEPEST} brackets in each other.")
        parts = [self._both()]
        while self._next("||"):
            parts.append(self._both())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else lambda value: any(part(value) for part in parts)

    def _both(self) -> Node:
        parts = [self._comparison()]
        while self._next("&&"):
            parts.append(self._comparison())
        return parts[0] if len(parts) == 1 else lambda value: all(part(value) for part in parts)

    def _comparison(self) -> Node:
        left = self._term()
        if self._tokens and self._tokens[0] in COMPARE:
            compare, right = COMPARE[self._tokens.pop(0)], self._term()
            return lambda value: compare(left(value), right(value))
        return left

    def _term(self) -> Node:
        if self._next("!"):
            inner = self._term()
            return lambda value: not inner(value)
        if self._next("("):
            inner = self._either()
            self._need(")")
            return inner
        word = self._tokens.pop(0) if self._tokens else ""
        if word in ("true", "false"):
            return lambda value: word == "true"
        if word == "result":
            if self._next("["):
                self._need("0")
                self._need("]")
            return lambda value: value
        if word in CALLS:
            return self._call(*CALLS[word])
        if not re.fullmatch(r"-?\d.*", word):
            raise PlanError(f"Condition {self.text!r}: {word or 'its end'!r} was not expected.")
        number = float(word)
        return lambda value: number

    def _call(self, wanted: int, call: Callable[..., Value]) -> Node:
        self._need("(")
        arguments = [self._either()]
        while self._next(","):
            arguments.append(self._either())
        self._need(")")
        if len(arguments) != wanted:
            raise PlanError(f"Condition {self.text!r}: a function has {wanted} argument{'s' if wanted > 1 else ''}.")
        return lambda value: call(*(argument(value) for argument in arguments))

    def _next(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False

    def _need(self, token: str) -> None:
        if not self._next(token):
            raise PlanError(f"Condition {self.text!r}: {token!r} is missing.")


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise PlanError(f"Condition {text!r}: {text[place:].strip()[0]!r} was not expected.")
        found.append(match[0].strip())
        place = match.end()
    return found
