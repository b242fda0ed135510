"""Static validation of a check's definition: what is wrong, and where, before anything is compiled.

A definition comes from a file or a plugin, so it is data: closed key sets, capped sizes, capped depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from . import program
from .check import CONDITION, LEVELS, MANUAL
from .evidence import PathError, parse_path
from .operators import OPERATORS, UNARY
from .problem import Problem

DEPTH: Final = 12
NODES: Final = 100
_PILLAR = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,127}")
_TEXTS: Final = {"title": 120, "why": 600, "fix": 1200}
_KEYS: Final = frozenset(
    {
        "id", "pillar", "title", "why", "fix", "effort", "weight", "level", "applies", "when", "max_age",
        "kind", "warn", "warn_age", "knock_out", "requires", "enable_on",
    }
)  # fmt: skip
TEN_YEARS: Final = 10 * 365 * 86_400
_LEAF_KEYS: Final = frozenset({"path", "op", "value", "some"})
_NUMBERS: Final = frozenset({"lt", "lte", "gt", "gte"})


def problems(definition: object, *, app: str = "") -> list[Problem]:
    """Every fault of one definition; an empty list means that it compiles. `app` is the id's required first word."""
    if not isinstance(definition, Mapping):
        return [Problem((), "a check is a mapping with id, pillar, title, weight, level and when")]
    return [*_plain(definition, app), *_conditions(definition)]


def _plain(definition: Mapping[str, Any], app: str) -> Iterator[Problem]:
    for key in definition:
        if key not in _KEYS:
            yield Problem((str(key),), f"unknown key; a check has {', '.join(sorted(_KEYS))}")
    yield from _identity(definition, app)
    for key, limit in _TEXTS.items():
        value = definition.get(key)
        if not isinstance(value, str) or not value.strip() or len(value) > limit:
            yield Problem((key,), f"write a text of 1 to {limit} characters")
    if definition.get("level") not in LEVELS:
        yield Problem(("level",), f"must be one of {', '.join(LEVELS)}")
    yield from _whole(definition, "weight", 1, 10, required=True)
    yield from _whole(definition, "effort", 0, 60_000, required=True)
    yield from _whole(definition, "max_age", 1, TEN_YEARS, required=definition.get("kind") == MANUAL)
    yield from _whole(definition, "warn_age", 1, TEN_YEARS, required=False)
    yield from program.problems(definition)


def _identity(definition: Mapping[str, Any], app: str) -> Iterator[Problem]:
    name = definition.get("id")
    if not isinstance(name, str) or not program.ID.fullmatch(name):
        yield Problem(("id",), "write <app>.<slug> in small letters, such as services.lambda-tracing")
    elif app and not name.startswith(f"{app}."):
        yield Problem(("id",), f"must begin with {app}. because it stands in the checks of {app}")
    pillar = definition.get("pillar")
    if not isinstance(pillar, str) or not _PILLAR.fullmatch(pillar):
        yield Problem(("pillar",), "write a pillar's id, such as reliability")


def _whole(definition: Mapping[str, Any], key: str, low: int, high: int, *, required: bool) -> Iterator[Problem]:
    value = definition.get(key)
    if value is None and not required:
        return
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        yield Problem((key,), f"must be a whole number from {low} to {high}")


def _conditions(definition: Mapping[str, Any]) -> Iterator[Problem]:
    answered = definition.get("kind", CONDITION) != CONDITION
    if not answered and "when" not in definition:
        yield Problem(("when",), "is missing: it says when the check passes")
    for key in ("when", "warn"):
        if answered and key in definition:
            yield Problem((key,), f"stands not in a {definition['kind']} check: its answers decide")
    for key in ("when", "applies", "warn"):
        if key in definition:
            budget = [NODES]
            yield from _tree(definition[key], (key,), 1, budget)
            if budget[0] < 0:
                yield Problem((key,), f"has more than {NODES} conditions")


def _tree(tree: object, at: tuple[str | int, ...], depth: int, budget: list[int]) -> Iterator[Problem]:
    budget[0] -= 1
    if budget[0] < 0:
        return
    if depth > DEPTH:
        yield Problem(at, f"is nested deeper than {DEPTH} levels")
        return
    if not isinstance(tree, Mapping):
        yield Problem(at, "a condition is a mapping: all, any, not, or path with op")
        return
    kinds = [key for key in ("all", "any", "not", "path") if key in tree]
    if len(kinds) != 1:
        yield Problem(at, "a condition has exactly one of all, any, not or path")
    elif kinds[0] == "path":
        yield from _leaf(tree, at)
    elif len(tree) > 1:
        yield Problem(at, f"{kinds[0]} stands alone in its condition")
    elif kinds[0] == "not":
        yield from _tree(tree["not"], (*at, "not"), depth + 1, budget)
    else:
        yield from _parts(tree[kinds[0]], (*at, kinds[0]), depth, budget)


def _parts(parts: object, at: tuple[str | int, ...], depth: int, budget: list[int]) -> Iterator[Problem]:
    if not isinstance(parts, list) or not parts:
        yield Problem(at, "must be a list with at least one condition")
        return
    for number, part in enumerate(parts):
        yield from _tree(part, (*at, number), depth + 1, budget)


def _leaf(leaf: Mapping[str, Any], at: tuple[str | int, ...]) -> Iterator[Problem]:
    for key in leaf:
        if key not in _LEAF_KEYS:
            yield Problem((*at, str(key)), "unknown key; a leaf has path, op, value and some")
    try:
        path = parse_path(leaf["path"])
    except PathError as fault:
        yield Problem((*at, "path"), str(fault))
    else:
        if "some" in leaf and not path.quantified:
            yield Problem((*at, "some"), "needs a path with [*]")
    if not isinstance(leaf.get("some", False), bool):
        yield Problem((*at, "some"), "must be true or false")
    op = leaf.get("op")
    if not isinstance(op, str) or op not in OPERATORS:
        yield Problem((*at, "op"), f"must be one of {', '.join(OPERATORS)}")
    else:
        yield from _value(op, leaf, (*at, "value"))


def _value(op: str, leaf: Mapping[str, Any], at: tuple[str | int, ...]) -> Iterator[Problem]:
    value = leaf.get("value")
    if op in UNARY:
        if "value" in leaf:
            yield Problem(at, f"{op} takes no value")
    elif "value" not in leaf:
        yield Problem(at, f"{op} needs a value")
    elif op in ("in", "not_in"):
        if not isinstance(value, list) or not 1 <= len(value) <= 200 or not all(_scalar(item) for item in value):
            yield Problem(at, f"{op} needs a list of 1 to 200 plain values")
    elif op == "matches_prefix":
        texts = value if isinstance(value, list) else [value]
        if not 1 <= len(texts) <= 200 or not all(isinstance(text, str) and text for text in texts):
            yield Problem(at, "needs a text or a list of texts")
    elif op == "within_days":
        if not _number(value) or not 0 < float(leaf["value"]) <= 36_500:
            yield Problem(at, "needs a number of days above 0")
    elif op in _NUMBERS and not (_number(value) or isinstance(value, str)):
        yield Problem(at, f"{op} needs a number or a text")
    elif not _scalar(value):
        yield Problem(at, f"{op} needs a plain value: a text of at most 500 characters, a number, true, false or null")


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _scalar(value: Any) -> bool:
    return value is None or isinstance(value, (int, float, bool)) or (isinstance(value, str) and len(value) <= 500)
