"""Cursors of by-query: base64 of JSON that holds the whole question and where the last page ended.

One that stands for a predicate has the key `query`: by that Backstage's client knows to send it with POST.
A cursor comes from outside, so all of it is read as strictly as the question itself.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

import orjson

from services.catalog_api.errors import InputError

LONGEST = 100_000
Place = tuple[str, int]


@dataclass(frozen=True)
class Position:
    """A place between two entities: (value of the order field, id) of the one beside it, and which way to go.

    Without an order the value is empty.
    """

    at: Place
    first: Place
    backwards: bool = False
    total: int = 0

    def back(self, at: Place) -> Position:
        """The position that leads to what is before `at`."""
        return replace(self, at=at, backwards=True)

    def on(self, at: Place) -> Position:
        """The position that leads to what is after `at`."""
        return replace(self, at=at, backwards=False)


def encode(question: dict[str, Any], position: Position) -> str:
    """The cursor's text. `question` must not have the keys at, first, back and total."""
    place = {"at": position.at, "first": position.first, "back": position.backwards, "total": position.total}
    return pack(question | place)


def pack(said: dict[str, Any]) -> str:
    """A mapping as a cursor's text."""
    return base64.b64encode(orjson.dumps(said)).decode()


def decode(text: str) -> dict[str, Any]:
    """The mapping inside a cursor. Raises InputError for anything else."""
    try:
        if len(text) > LONGEST:
            raise ValueError
        found = orjson.loads(base64.b64decode(text.encode("ascii"), validate=True))
    except (ValueError, binascii.Error) as error:
        raise InputError("Malformed cursor: send one that an answer gave you.") from error
    if not isinstance(found, dict):
        raise InputError("Malformed cursor: send one that an answer gave you.")
    return found


def position(found: dict[str, Any]) -> Position:
    """Where a decoded cursor stands. Raises InputError where it says nothing sensible."""
    back, total = found.pop("back", None), found.pop("total", None)
    places = [_place(found.pop(name, None)) for name in ("at", "first")]
    if not isinstance(back, bool) or not _whole(total):
        raise InputError("Malformed cursor: send one that an answer gave you.")
    return Position(places[0], places[1], back, total)


def _place(value: Any) -> Place:
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and _whole(value[1]):
        return value[0], value[1]
    raise InputError("Malformed cursor: send one that an answer gave you.")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
