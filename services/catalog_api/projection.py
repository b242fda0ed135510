"""`fields`: only the asked parts of an entity. A path follows the keys that are really there, so keys with dots are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from services.catalog_api.errors import InputError

MOST = 200
Paths = tuple[str, ...]


def parse(texts: Iterable[Any]) -> Paths:
    """The paths of comma lists; empty for the whole entity. Raises InputError for brackets."""
    paths: list[str] = []
    for text in texts:
        if not isinstance(text, str):
            raise InputError("fields: give paths as texts.")
        paths += [path.strip() for path in text.split(",") if path.strip()]
    if any("[" in path for path in paths):
        raise InputError("Invalid field: an index in brackets is not known here; name the whole list.")
    if len(paths) > MOST or any(path.count(".") > 50 for path in paths):
        raise InputError(f"fields: ask for at most {MOST} paths of at most 50 parts.")
    return tuple(dict.fromkeys(paths))


def cut(text: str, paths: Paths) -> str:
    """The JSON text of an entity with only these paths; unchanged without paths."""
    if not paths:
        return text
    entity = orjson.loads(text)
    kept: dict[str, Any] = {}
    for path in paths:
        if keys := _resolve(entity, path.split(".")):
            _put(kept, entity, keys)
    return orjson.dumps(kept).decode()


def _resolve(value: Any, parts: Sequence[str]) -> list[str]:
    """The keys that lead along `parts`, the shorter key first; empty where nothing is there."""
    if not isinstance(value, Mapping):
        return []
    key = ""
    for number, part in enumerate(parts, start=1):
        key = f"{key}.{part}" if number > 1 else part
        if key in value:
            if number == len(parts):
                return [key]
            if rest := _resolve(value[key], parts[number:]):
                return [key, *rest]
    return []


def _put(kept: dict[str, Any], entity: Any, keys: Sequence[str]) -> None:
    """Copy the value at `keys`; what was kept whole stays whole."""
    for key in keys[:-1]:
        entity = entity[key]
        inner = kept.get(key)
        if inner is entity:
            return
        if inner is None:
            kept[key] = inner = {}
        kept = inner
    kept[keys[-1]] = entity[keys[-1]]
