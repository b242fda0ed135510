"""Descriptors in JSON: one object, or a list of objects that are read one by one like the documents of a YAML file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from services.descriptors import LIMITS, Problem
from services.descriptors.scalars import UNSTORABLE, storable

SPACE = re.compile(r"[ \t\r\n]*")


def looks_like_json(text: str) -> bool:
    """Whether a text that might be YAML is JSON: it starts as such and can be read to its end."""
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def split(text: str) -> Iterator[tuple[int, str]]:
    """(line, text) of each object. Raises Problem where the text stops being JSON; what came before has been given."""
    start = _after_space(text, 0)
    if text[start : start + 1] != "[":
        yield 1 + text.count("\n", 0, start), text[start:]
        return
    place, line, counted = _after_space(text, start + 1), 1, 0
    while text[place : place + 1] != "]":
        end = _end_of_value(text, place)
        line, counted = line + text.count("\n", counted, place), place
        yield line, text[place:end]
        place = _after_space(text, end)
        if text[place : place + 1] == "]":
            break
        if text[place : place + 1] != ",":
            raise _problem(text, place, "a comma or the end of the list is missing")
        place = _after_space(text, place + 1)
    if text[place + 1 :].strip():
        raise _problem(text, place + 1, "something follows the end of the list")


def _after_space(text: str, place: int) -> int:
    found = SPACE.match(text, place)
    return found.end() if found else place


def _end_of_value(text: str, place: int) -> int:
    try:
        return json.JSONDecoder().raw_decode(text, place)[1]
    except json.JSONDecodeError as error:
        raise _problem(text, error.pos, error.msg) from error
    except RecursionError as error:
        raise _problem(text, place, "it is nested too deeply") from error


def _problem(text: str, place: int, reason: str) -> Problem:
    return Problem(f"This is not JSON: {reason}.", "Mend the syntax.", line=1 + text.count("\n", 0, place))


def read_json(text: str, first: int) -> Any:
    """The value of one JSON text whose first line has the number `first`, within the limits. Raises Problem."""
    try:
        value = json.loads(text, object_pairs_hook=_mapping, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise Problem(f"This is not JSON: {error.msg}.", "Mend the syntax.", line=first + error.lineno - 1) from error
    except RecursionError as error:
        raise Problem(f"It is nested deeper than {LIMITS.depth} levels.", "Make it flatter.", line=first) from error
    except ValueError as error:
        reason, _, remedy = str(error).partition("|")
        raise Problem(reason[:300], remedy or "Mend it.", line=first) from error
    _check(value, first)
    return value


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"The key {double[:60]!r} is there twice.|Keep one of them.")
    return made


def _refuse(word: str) -> Any:
    raise ValueError(f"The number {word} is not finite.|Write a number or quote the text.")


def _check(value: Any, first: int) -> None:
    """Bounded depth and size, and nothing that no database stores."""
    level, count, depth = [value], 0, 0
    while level:
        count += len(level)
        if count > LIMITS.nodes:
            raise Problem(f"It has more than {LIMITS.nodes} values.", "Split it.", line=first)
        if depth > LIMITS.depth:
            raise Problem(f"It is nested deeper than {LIMITS.depth} levels.", "Make it flatter.", line=first)
        for one in level:
            _check_scalar(one, first)
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        depth += 1


def _check_scalar(one: Any, first: int) -> None:
    try:
        if isinstance(one, str) and UNSTORABLE.search(one):
            raise ValueError("The text has characters that cannot be stored.|Remove them.")
        if isinstance(one, dict) and not all(key.isprintable() for key in one):
            raise ValueError("A key has control characters.|Write the key as a word.")
        if isinstance(one, (int, float)):
            storable(one)
    except ValueError as error:
        reason, _, remedy = str(error).partition("|")
        raise Problem(reason, remedy, line=first) from error
