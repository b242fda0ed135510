"""What a request says, read strictly: unknown names, wrong types and unprintable texts are refused with the name of the field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import ParseError

from portal.api.base import check_json
from services.catalog_api.errors import InputError, Refusal

NUMBER = re.compile(r"[0-9]{1,15}")
MOST_FILTERS = 200


class Params:
    """The query parameters of a request."""

    def __init__(self, request: HttpRequest, *, one: Iterable[str] = (), many: Iterable[str] = ()) -> None:
        """`one` may be given once, `many` any number of times. Raises InputError for all others."""
        self._lists = dict(request.GET.lists())
        once, often = set(one), set(many)
        for name, values in self._lists.items():
            if name not in once | often:
                raise InputError(
                    f"Unknown query parameter {name[:80]!r}: use {', '.join(sorted(once | often)) or 'none'}."
                )
            if name in once and len(values) > 1:
                raise InputError(f"{name} is given more than once: give it once.")
            if len(values) > MOST_FILTERS:
                raise InputError(f"{name} is given more than {MOST_FILTERS} times.")
            if any("\x00" in value for value in values):
                raise InputError(f"{name} holds a NUL: remove it.")

    def __contains__(self, name: str) -> bool:
        return name in self._lists

    def text(self, name: str) -> str:
        """The value; empty where it is not given."""
        return self._lists.get(name, [""])[0]

    def texts(self, name: str) -> list[str]:
        """All values."""
        return self._lists.get(name, [])

    def number(self, name: str, default: int | None) -> int | None:
        """A whole number from 0. Raises InputError for anything else."""
        if name not in self._lists:
            return default
        text = self.text(name)
        if not NUMBER.fullmatch(text):
            raise InputError(f"{name} must be a whole number from 0.")
        return int(text)

    def choice(self, name: str, *choices: str) -> str:
        """One of `choices`; the first where it is not given."""
        value = self.text(name) if name in self._lists else choices[0]
        if value not in choices:
            raise InputError(f"{name} must be {' or '.join(choices)}.")
        return value


def body(request: HttpRequest, *, required: Iterable[str] = (), optional: Iterable[str] = ()) -> dict[str, Any]:
    """The JSON object that was sent, with these keys and no others. Raises InputError, or Refusal for another type."""
    found = parsed(request)
    need = set(required)
    known = need | set(optional)
    if unknown := sorted(found.keys() - known):
        raise InputError(f"Unknown field {unknown[0][:80]!r}: use {', '.join(sorted(known))}.")
    if missing := sorted(need - found.keys()):
        raise InputError(f"{missing[0]} is missing.")
    return found


def parsed(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; empty without a body."""
    if request.content_type not in ("application/json", ""):
        raise Refusal(415, "Only JSON is read: send Content-Type: application/json.")
    raw = request.body
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_refuse) if raw.strip() else {}
        check_json(found)
    except ParseError as error:
        raise InputError(str(error.detail)) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"The body is not valid JSON: {error}"[:300]) from error
    if not isinstance(found, dict):
        raise InputError("The body must be a JSON object.")
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def number(found: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number from 0 of a body."""
    value = found.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**15:
        raise InputError(f"{name} must be a whole number from 0.")
    return value


def text(found: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """A text of a body; without a default it must not be empty."""
    value = found.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise InputError(f"{name} must be a text.")
    return value


def items(found: Mapping[str, Any], name: str, most: int) -> list[Any]:
    """A list of a body; empty where it is not there."""
    value = found.get(name, [])
    if not isinstance(value, list):
        raise InputError(f"{name} must be a list.")
    if len(value) > most:
        raise InputError(f"{name} holds more than {most} items: ask in parts.")
    return value
