"""What is known of facts before any is read: which paths the sources announce, and of which type they are.

Used to refuse a check that could only ever be unknown, with the place of the fault and the path that was probably meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from scorecards.engine.problem import Problem
from services.facts import sources
from services.models import Fact

#: The sources' words for types, by what a value must be to be compared with them.
NUMBER = frozenset({"number", "int", "float"})
TEXT = frozenset({"string", "str", "timestamp", "datetime"})
TRUTH = frozenset({"boolean", "bool"})
LISTS = frozenset({"array", "list"})
PLAIN = NUMBER | TEXT | TRUTH


def schema() -> dict[str, str]:
    """Type by path of everything that the sources announce."""
    return {path: kind for source in sources.items() for path, kind in source.schema.items()}


def known_keys() -> set[str]:
    """The keys of all facts that are announced or that somebody has pushed."""
    pushed = Fact.objects.filter(valid_to=None).order_by().values_list("key", flat=True).distinct()
    return {key for source in sources.items() for key in source.keys} | set(pushed)


def path_problems(definition: Mapping[str, Any]) -> list[Problem]:
    """Paths that nobody announces, and comparisons with a value of another type. The definition must be valid else."""
    types, keys = schema(), known_keys()
    return [
        problem
        for tree in ("when", "applies", "warn")
        if tree in definition
        for problem in _tree(definition[tree], (tree,), types, keys)
    ]


def _tree(
    tree: Mapping[str, Any], at: tuple[str | int, ...], types: Mapping[str, str], keys: Collection[str]
) -> Iterator[Problem]:
    for word in ("all", "any"):
        for number, part in enumerate(tree.get(word, ())):
            yield from _tree(part, (*at, word, number), types, keys)
    if "not" in tree:
        yield from _tree(tree["not"], (*at, "not"), types, keys)
    if "path" in tree:
        path = tree["path"]
        if not announced(path, types, keys):
            yield Problem((*at, "path"), f"no fact source announces {path}{_meant(path, types, keys)}")
        elif path in types:
            yield from _types(tree, types[path], at)


def _meant(path: str, types: Mapping[str, str], keys: Collection[str]) -> str:
    near = get_close_matches(path, [*types, *keys], 1, 0.6)
    return f"; did you mean {near[0]}?" if near else "; see the facts of a service for what there is"


def _types(leaf: Mapping[str, Any], kind: str, at: tuple[str | int, ...]) -> Iterator[Problem]:
    op, value = leaf["op"], leaf.get("value")
    if kind in LISTS and op not in ("exists", "absent", "empty", "not_empty", "contains", "eq", "ne"):
        yield Problem((*at, "op"), f"{leaf['path']} is a list: use [*] to ask its elements, contains, or not_empty")
    elif op in ("lt", "lte", "gt", "gte") and kind in TRUTH:
        yield Problem((*at, "op"), f"{leaf['path']} is true or false and has no order; use eq")
    elif op in ("eq", "ne", "lt", "lte", "gt", "gte") and kind in PLAIN and not _fits(value, kind):
        yield Problem((*at, "value"), f"{leaf['path']} is a {kind}, so it cannot be compared with {value!r}")
    elif op in ("in", "not_in") and kind in PLAIN:
        wrong = next((item for item in value or () if not _fits(item, kind)), None)
        if wrong is not None:
            yield Problem((*at, "value"), f"{leaf['path']} is a {kind}, so it is never {wrong!r}")
    elif op == "within_days" and kind in TRUTH | NUMBER:
        yield Problem((*at, "op"), f"{leaf['path']} is a {kind} and no date; within_days needs a date")
    elif op == "matches_prefix" and kind in TRUTH | NUMBER:
        yield Problem((*at, "op"), f"{leaf['path']} is a {kind} and no text")


def _fits(value: Any, kind: str) -> bool:
    if value is None:
        return True
    if isinstance(value, bool):
        return kind in TRUTH
    return kind in (NUMBER if isinstance(value, (int, float)) else TEXT)


def announced(path: str, schema: Mapping[str, str], keys: Collection[str]) -> bool:
    """Whether a source announces this path, something below it, or something above it that lists no fields of its own."""
    fact = ".".join(path.split(".")[:2])
    if fact not in keys:
        return False
    fields = [field for field in schema if field.startswith(f"{fact}.")]
    if not fields or path in schema or path == fact:
        return True
    if any(field.startswith((f"{path}.", f"{path}[")) for field in fields):
        return True
    above = [field for field in fields if path.startswith((f"{field}.", f"{field}["))]
    deepest = max(above, key=len, default="")
    return bool(deepest) and not any(field.startswith((f"{deepest}.", f"{deepest}[")) for field in fields)
