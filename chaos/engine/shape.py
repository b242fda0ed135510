"""Read JSON from outside: closed key sets, capped texts, bounded numbers. What is wrong is named with its field."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

MAX_TEXT = 300
KEY = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)


class Invalid(ValueError):
    """A definition that cannot be used: `field` says where, the message what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def table(data: Any, field: str, allowed: set[str], needed: set[str]) -> Mapping[str, Any]:
    """An object with all of the `needed` keys and no key that is not `allowed`. Raises Invalid."""
    if not isinstance(data, dict):
        raise Invalid(field, f"Give an object with {', '.join(sorted(needed or allowed))}.")
    unknown = sorted(str(key) for key in data if key not in allowed)
    if unknown:
        raise Invalid(f"{field}.{unknown[0]}"[:200], f"Unknown key. Known keys: {', '.join(sorted(allowed))}.")
    missing = sorted(needed - set(data))
    if missing:
        raise Invalid(f"{field}.{missing[0]}", "This is missing.")
    return data


def key(value: Any, field: str) -> str:
    """A short lower-case word with dashes. Raises Invalid."""
    if not isinstance(value, str) or not KEY.fullmatch(value):
        raise Invalid(field, "Use a short lower-case word with dashes, such as healthy-hosts.")
    return value


def text(value: Any, field: str, *, empty: bool = False, most: int = MAX_TEXT) -> str:
    """A text without surrounding blanks. Raises Invalid."""
    if not isinstance(value, str) or len(value) > most or not (value.strip() or empty) or "\x00" in value:
        raise Invalid(field, f"Give a text of at most {most} characters.")
    return value.strip()


def number(value: Any, field: str) -> float:
    """A finite number. Raises Invalid."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e15:
        raise Invalid(field, "Give a number.")
    return float(value)


def whole(value: Any, field: str, low: int, high: int, unit: str = "seconds") -> int:
    """A whole number between two bounds, which belong to the range. Raises Invalid."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Invalid(field, f"Give a whole number{f' of {unit}' if unit else ''} from {low} to {high}.")
    return value
