"""Backstage's `filter` grammar: `a=b,c=d,e`. Conditions in one text must all hold; of several texts one must hold.

A key that is repeated takes any of its values; a bare key must only be there; nothing can be escaped.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.catalog_api.conditions import EVERYTHING, All, AnyOf, Condition, Has, Is
from services.catalog_api.errors import InputError


def parse(texts: Iterable[str]) -> Condition:
    """The condition that all `filter` parameters make together. Raises InputError where a condition has no key."""
    sets = [found for text in texts if (found := _one(text)).parts]
    if not sets:
        return EVERYTHING
    return sets[0] if len(sets) == 1 else AnyOf(tuple(sets))


def _one(text: str) -> All:
    wanted: dict[str, list[str]] = {}
    for part in text.split(","):
        if not part.strip():
            continue
        key, equals, value = (piece.strip().lower() for piece in part.partition("="))
        if not key:
            raise InputError(f"Invalid filter, {part.strip()[:80]!r} has no key: write key=value or key.")
        values = wanted.setdefault(key, [])
        if equals and value not in values:
            values.append(value)
    return All(tuple(Is(key, tuple(values)) if values else Has(key) for key, values in wanted.items()))
