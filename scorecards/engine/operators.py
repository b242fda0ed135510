"""The operators of a condition's leaf: each makes a test of one found value.

A test answers True, False or None (unknown: the value is of a kind that cannot be compared). Null is a definite answer:
it equals only null, is not in any list without null, is never larger or smaller than anything, and does not exist.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Truth = bool | None
Test = Callable[[Any, float], Truth]

DAY = 86_400.0


def _same(found: Any, want: Any) -> bool:
    # JSON's true is not 1, though Python says so.
    return bool(found == want) and isinstance(found, bool) == isinstance(want, bool)


def _there(found: Any) -> bool:
    return found is not None and found != [] and found != {}


def _exists(_want: Any) -> Test:
    return lambda found, _now: _there(found)


def _absent(_want: Any) -> Test:
    return lambda found, _now: not _there(found)


def _eq(want: Any) -> Test:
    # The two usual cases first: nothing but true is true, and nothing but a text equals a text.
    if isinstance(want, bool):
        return lambda found, _now: found is want
    if isinstance(want, str):
        return lambda found, _now: bool(found == want)
    return lambda found, _now: _same(found, want)


def _ne(want: Any) -> Test:
    equal = _eq(want)
    return lambda found, now: not equal(found, now)


def _in(want: Any) -> Test:
    options = list(want)
    if all(isinstance(option, str) for option in options):
        texts = frozenset(options)
        return lambda found, _now: isinstance(found, str) and found in texts
    return lambda found, _now: any(_same(found, option) for option in options)


def _not_in(want: Any) -> Test:
    among = _in(want)
    return lambda found, now: not among(found, now)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Test]:
    def make(want: Any) -> Test:
        def test(found: Any, _now: float) -> Truth:
            if found is None:
                return False
            try:
                return compare(found, want)
            except TypeError:
                return None

        return test

    return make


def _contains(want: Any) -> Test:
    def test(found: Any, _now: float) -> Truth:
        if found is None:
            return False
        if isinstance(found, str):
            return want in found if isinstance(want, str) else None
        if isinstance(found, dict):
            return isinstance(want, str) and want in found
        return any(_same(item, want) for item in found) if isinstance(found, list) else None

    return test


def _matches_prefix(want: Any) -> Test:
    prefixes = (want,) if isinstance(want, str) else tuple(want)

    def test(found: Any, _now: float) -> Truth:
        if found is None:
            return False
        return found.startswith(prefixes) if isinstance(found, str) else None

    return test


def _empty(_want: Any) -> Test:
    return lambda found, _now: found is None or found in ("", [], {})


def _not_empty(_want: Any) -> Test:
    return lambda found, _now: not (found is None or found in ("", [], {}))


def instant(value: Any) -> float | None:
    """Seconds since the epoch of an ISO 8601 text (UTC when it names no offset), or None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _within_days(want: Any) -> Test:
    span = float(want) * DAY

    def test(found: Any, now: float) -> Truth:
        if found is None:
            return False
        moment = instant(found)
        return None if moment is None else now - moment < span

    return test


OPERATORS: dict[str, Callable[[Any], Test]] = {
    "exists": _exists,
    "absent": _absent,
    "eq": _eq,
    "ne": _ne,
    "in": _in,
    "not_in": _not_in,
    "lt": _ordered(operator.lt),
    "lte": _ordered(operator.le),
    "gt": _ordered(operator.gt),
    "gte": _ordered(operator.ge),
    "contains": _contains,
    "matches_prefix": _matches_prefix,
    "empty": _empty,
    "not_empty": _not_empty,
    "within_days": _within_days,
}
#: Operators that take no `value`.
UNARY = frozenset({"exists", "absent", "empty", "not_empty"})
#: Operators that answer when the field is not there at all; the others are unknown then.
PRESENCE = frozenset({"exists", "absent"})

WORDS: dict[str, str] = {
    "exists": "is there",
    "absent": "is not there",
    "eq": "is",
    "ne": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "lt": "is below",
    "lte": "is at most",
    "gt": "is above",
    "gte": "is at least",
    "contains": "contains",
    "matches_prefix": "begins with",
    "empty": "is empty",
    "not_empty": "is not empty",
    "within_days": "is younger than",
}


def wanted(op: str, value: Any) -> str:
    """What a leaf wants, in words: “is at least 30”, “is one of a, b”."""
    words = WORDS[op]
    if op in UNARY:
        return words
    if op == "within_days":
        return f"{words} {value} days"
    if isinstance(value, (list, tuple)):
        return f"{words} {', '.join(str(option) for option in value)}"
    return f"{words} {'true' if value is True else 'false' if value is False else 'null' if value is None else value}"
