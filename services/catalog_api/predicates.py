"""Backstage's predicates: the `query` of a POST, a JSON value that says what must hold.

A mapping of fields: all must hold. `$all`, `$any` and `$not` combine. A field is compared with a primitive, or by
`$in`, `$exists`, `$hasPrefix` or `$contains`; `relations` only by `$contains: {type, targetRef}`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.catalog_api.conditions import MOST, All, AnyOf, Condition, Has, Is, Not, Starts, size
from services.catalog_api.errors import InputError
from services.storing.search_index import text_of


def parse(query: Any) -> Condition:
    """The condition that a predicate makes. Raises InputError for what is no predicate."""
    made = _predicate(query)
    if size(made) > MOST:
        raise InputError(f"The query holds more than {MOST} comparisons: ask in parts.")
    return made


def _predicate(query: Any) -> Condition:
    if not isinstance(query, dict):
        raise InputError('A query must be an object, such as {"kind": "component"}.')
    operators = [key for key in query if key.startswith("$")]
    if not operators:
        return All(tuple(_field(key, value) for key, value in query.items()))
    if len(query) > 1:
        raise InputError(f"{operators[0]} must stand alone in its object: put both into $all.")
    operator, value = operators[0], query[operators[0]]
    if operator == "$not":
        return Not(_predicate(value))
    if operator not in ("$all", "$any"):
        raise InputError(f"{operator[:40]} is not an operator here: use $all, $any or $not.")
    if not isinstance(value, list):
        raise InputError(f"{operator} needs a list.")
    parts = tuple(_predicate(part) for part in value)
    return All(parts) if operator == "$all" else AnyOf(parts)


def _field(name: str, value: Any) -> Condition:
    key = name.strip().lower()
    if not key:
        raise InputError("A field of the query has no name.")
    if not isinstance(value, dict):
        return Is(key, (_primitive(value, name),))
    if len(value) != 1:
        raise InputError(f"{name[:80]}: give exactly one of $in, $exists, $hasPrefix, $contains.")
    operator, wanted = next(iter(value.items()))
    read = OPERATORS.get(operator)
    if read is None:
        raise InputError(f"{operator[:40]} is not an operator for a field: use $in, $exists, $hasPrefix or $contains.")
    return read(key, wanted)


def _primitive(value: Any, name: str) -> str:
    if not isinstance(value, str | int | float):
        raise InputError(f"{name[:80]}: compare with a text, a number, true or false.")
    return str(text_of(value)).lower()


def _among(key: str, wanted: Any) -> Condition:
    if not isinstance(wanted, list):
        raise InputError(f"{key[:80]}: $in needs a list.")
    return Is(key, tuple(dict.fromkeys(_primitive(value, key) for value in wanted)))


def _exists(key: str, wanted: Any) -> Condition:
    if not isinstance(wanted, bool):
        raise InputError(f"{key[:80]}: $exists needs true or false.")
    return Has(key) if wanted else Not(Has(key))


def _prefix(key: str, wanted: Any) -> Condition:
    if not isinstance(wanted, str):
        raise InputError(f"{key[:80]}: $hasPrefix needs a text.")
    return Starts(key, wanted.lower())


def _contains(key: str, wanted: Any) -> Condition:
    if not isinstance(wanted, dict):
        return Is(key, (_primitive(wanted, key),))
    kind, target = wanted.get("type"), wanted.get("targetRef")
    if key != "relations" or not isinstance(kind, str) or not kind or wanted.keys() - {"type", "targetRef"}:
        raise InputError("$contains needs a text or a number; for relations an object with type and targetRef.")
    relation = f"relations.{kind.lower()}"
    if "targetRef" not in wanted:
        return Has(relation)
    if isinstance(target, dict):
        if target.keys() != {"$in"}:
            raise InputError('targetRef: give a text or {"$in": [...]}.')
        return _among(relation, target["$in"])
    return Is(relation, (_primitive(target, "targetRef"),))


OPERATORS: dict[str, Callable[[str, Any], Condition]] = {
    "$in": _among,
    "$exists": _exists,
    "$hasPrefix": _prefix,
    "$contains": _contains,
}
