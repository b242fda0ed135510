"""The search index: from a finished entity to its rows, by Backstage's rule.

Scalars become (dotted path, text); items of an array stand under the path of the array, and each text in it is also a
path of its own with the value "true". Relations are not copied here: they are asked from their own table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portal import bulk
from services.models import SearchKey

LONGEST = 200
UNSEARCHED = {"attachments", "relations", "status"}
SERVER_SET = {"name", "namespace", "uid", "etag"}
Row = tuple[str, str | None, str | None]


def rows_of(document: Mapping[str, Any]) -> list[Row]:
    """(key, value, original) of a finished entity, without doubles. `original` is None where it equals the value."""
    metadata = document["metadata"]
    searched = {key: value for key, value in document.items() if key not in UNSEARCHED}
    searched["metadata"] = {key: value for key, value in metadata.items() if key not in SERVER_SET}
    found: dict[tuple[str, str | None], str | None] = {}
    for name in ("name", "namespace", "uid"):
        _add(found, f"metadata.{name}", metadata[name])
    for path, value in _walk(searched, ""):
        _add(found, path.lower(), value)
    return [(key, value, original) for (key, value), original in found.items()]


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, path)
            if isinstance(inner, str):
                yield f"{path}.{inner}", True
    else:
        yield path, value


def _add(found: dict[tuple[str, str | None], str | None], key: str, value: Any) -> None:
    if len(key) > LONGEST:
        return
    text = text_of(value)
    if text is None or len(text) > LONGEST:
        found.setdefault((key, None), None)
        return
    lower = text.lower()
    found.setdefault((key, lower), text if text != lower else None)


def text_of(value: Any) -> str | None:
    """A scalar as JavaScript's `String()` writes it; None for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return str(value)


def replace(documents: Mapping[int, Mapping[str, Any]], known: Iterable[int]) -> None:
    """Write the rows of these entities (by id), in place of those of the ids in `known`."""
    SearchKey.objects.filter(entity_id__in=list(known)).delete()
    bulk.insert(
        SearchKey,
        ("entity", "key", "value", "original"),
        ((pk, *row) for pk, document in documents.items() for row in rows_of(document)),
    )
