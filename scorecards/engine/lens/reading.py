"""From the bytes of a lens file to a JSON value, with one clear error for all that can be wrong before the rules apply."""

from __future__ import annotations

import json
import math
from typing import Any

from scorecards.engine.lens.problems import within

MAX_BYTES = 500_000
MAX_DEPTH = 32


class UnreadableError(ValueError):
    """The file is not JSON that may be kept; the message says where and why."""


def read(raw: bytes | str) -> Any:
    """The JSON value of a lens file. Raises UnreadableError: too large, not UTF-8, not JSON, a key twice, too deep."""
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"The file has {len(data):,} bytes; a lens has at most {MAX_BYTES:,} (500 KB).")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"The file is not UTF-8: byte {error.start + 1} cannot be read.") from error
    try:
        value = json.loads(text, object_pairs_hook=_object)
    except RecursionError as error:
        raise UnreadableError(f"The JSON is nested deeper than {MAX_DEPTH} levels.") from error
    except UnreadableError:
        raise
    except ValueError as error:
        raise UnreadableError(f"The file is not JSON: {error}.") from error
    _walk(value)
    return value


def write(value: Any) -> str:
    """The JSON text of a lens for people and for import; what `read` makes of it equals the value."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise UnreadableError(f"The key {key[:60]!r} stands twice in one object: remove one of them.")
        found[key] = value
    return found


def _walk(value: Any) -> None:
    """Refuse what is too deep, numbers that JSON lacks, and characters that no database keeps."""
    waiting: list[tuple[Any, str, int]] = [(value, "", 0)]
    while waiting:
        item, path, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise UnreadableError(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
        if isinstance(item, dict):
            waiting += [(part, within(path, key), depth + 1) for key, part in item.items()]
            waiting += [(key, path, depth + 1) for key in item]
        elif isinstance(item, list):
            waiting += [(part, within(path, number), depth + 1) for number, part in enumerate(item)]
        elif isinstance(item, float) and not math.isfinite(item):
            raise UnreadableError(f"{path}: {json.dumps(item)} is not JSON; write a text or a number.")
        elif isinstance(item, str) and ("\x00" in item or any("\ud800" <= char <= "\udfff" for char in item)):
            raise UnreadableError(f"{path}: the text holds a NUL or half a character (a lone surrogate): remove it.")
