"""Entities as Backstage writes them, and its filters.."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from services.models import Entity

__all__ = ["NotFound", "document", "error_response", "matching", "project", "window"]
NAMES = {
    400: "InputError",
    401: "AuthenticationError",
    403: "NotAllowedError",
    404: "NotFoundError",
    409: "ConflictError",
}
UNSEARCHED = {"attachments", "relations", "status"}


def document(entity: Entity) -> dict[str, Any]:
    """The finished entity."""
    made: dict[str, Any] = orjson.loads(entity.document.text)
    return made


def _index(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Backstage's search index: one pair for each scalar, arrays under the path of the array."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _index(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _index(inner, path)
            if isinstance(inner, str):
                yield f"{path}.{inner}", "true"
    elif value is not None:
        yield path, str(value).lower()


def _pairs(entity: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, text in _index({k: v for k, v in entity.items() if k not in UNSEARCHED}, ""):
        found.setdefault(key.lower(), set()).add(text.lower())
    for row in entity["relations"]:
        found.setdefault(f"relations.{row['type'].lower()}", set()).add(row["targetRef"])
    found.pop("metadata.etag", None)
    return found


def _condition(text: str) -> dict[str, set[str] | None]:
    """One `filter`: key → accepted values, or None where the key must only be there."""
    wanted: dict[str, set[str] | None] = {}
    for part in text.split(","):
        key, equals, value = (piece.strip().lower() for piece in part.partition("="))
        if not key:
            raise ValidationError("Invalid filter: a condition has no key.")
        if equals:
            wanted[key] = (wanted.get(key) or set()) | {value}
        else:
            wanted.setdefault(key, None)
    return wanted


def matching(rows: Iterable[Entity], filters: list[str]) -> list[dict[str, Any]]:
    """The documents that satisfy one of the filters, ordered by ref; all of them without a filter."""
    conditions = [_condition(text) for text in filters]
    found = []
    for entity in rows:
        made = document(entity)
        if conditions:
            pairs = _pairs(made)
            if not any(all(_holds(pairs, key, values) for key, values in wanted.items()) for wanted in conditions):
                continue
        found.append((entity.ref, made))
    return [made for _, made in sorted(found, key=lambda pair: pair[0])]


def _holds(pairs: Mapping[str, set[str]], key: str, values: set[str] | None) -> bool:
    return key in pairs if values is None else bool(pairs.get(key, set()) & values)


def window(params: Mapping[str, str]) -> tuple[int | None, int]:
    """`limit` (None for all) and `offset`. Raises ValidationError for anything but whole numbers from 0."""
    try:
        limit = int(params["limit"]) if params.get("limit") else None
        offset = int(params.get("offset") or 0)
    except ValueError as error:
        raise ValidationError("limit and offset must be whole numbers.") from error
    if offset < 0 or (limit is not None and limit < 0):
        raise ValidationError("limit and offset must not be negative.")
    return limit, offset


def project(made: dict[str, Any], fields: str) -> dict[str, Any]:
    """Only the dotted paths in `fields`; a key that itself holds dots is found too. Everything where it is empty."""
    paths = [path.strip() for path in fields.split(",") if path.strip()]
    if not paths:
        return made
    out: dict[str, Any] = {}
    for path in paths:
        if "[" in path:
            raise ValidationError("Invalid field: brackets are not allowed.")
        _copy(made, path, out)
    return out


def _copy(source: Mapping[str, Any], path: str, out: dict[str, Any]) -> bool:
    if path in source:
        out[path] = source[path]
        return True
    for cut in sorted((i for i, char in enumerate(path) if char == "."), reverse=True):
        head, rest = path[:cut], path[cut + 1 :]
        if isinstance(source.get(head), Mapping):
            inner = dict(out.get(head, {}))
            if _copy(source[head], rest, inner):
                out[head] = inner
                return True
    return False


def error_response(answer: Response, request: Any) -> Response:
    """The portal's error answer in Backstage's envelope."""
    code = answer.status_code
    message = answer.data.get("error", {}).get("message", "") if isinstance(answer.data, dict) else ""
    answer.data = {
        "error": {"name": NAMES.get(code, "Error"), "message": message},
        "request": {"method": request.method, "url": request.get_full_path()},
        "response": {"statusCode": code},
    }
    return answer
