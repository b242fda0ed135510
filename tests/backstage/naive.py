"""Backstage's index rule and filter grammar once more, as plainly as can be: what the quick answers are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Pairs = set[tuple[str, str | None]]


def index(entity: dict[str, Any]) -> Pairs:
    """(key, value) pairs of an entity; a value of None only says that the key is there."""
    found: Pairs = set()
    kept = {key: value for key, value in entity.items() if key not in ("attachments", "relations", "status")}
    kept["metadata"] = {key: value for key, value in entity["metadata"].items() if key != "etag"}
    for path, value in walk(kept, ""):
        text = None if value is None else written(value)
        found.add((path.lower(), text.lower() if text is not None and len(text) <= 200 else None))
    for relation in entity.get("relations", []):
        found.add((f"relations.{relation['type']}".lower(), relation["targetRef"]))
    return {(key, value) for key, value in found if len(key) <= 200}


def walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """All scalars with their paths."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, path)
            if isinstance(inner, str):
                yield f"{path}.{inner}", True
    else:
        yield path, value


def written(value: Any) -> str:
    """A scalar as JavaScript writes it."""
    return (
        value
        if isinstance(value, str)
        else {True: "true", False: "false"}[value]
        if isinstance(value, bool)
        else str(value)
    )


def matches(pairs: Pairs, filters: list[str]) -> bool:
    """Whether one of the filters holds."""
    return any(holds(pairs, text) for text in filters)


def holds(pairs: Pairs, text: str) -> bool:
    """Whether all conditions of a filter hold; the values of a repeated key are alternatives."""
    wanted: dict[str, set[str]] = {}
    for part in text.split(","):
        key, equals, value = (piece.strip().lower() for piece in part.partition("="))
        wanted.setdefault(key, set())
        if equals:
            wanted[key].add(value)
    keys = {key for key, _ in pairs}
    return all(
        any((key, value) in pairs for value in values) if values else key in keys for key, values in wanted.items()
    )
