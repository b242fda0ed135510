"""What is wrong with a lens document, by path, and the checks that every kind of field shares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

ID = re.compile(r"[A-Za-z0-9_]{3,128}", re.ASCII)
TEXT, LONG_TEXT, URL = 128, 2048, 2048
API_ID = 64
MOST = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: `pillars[2].questions[0].choices[1].id` and a sentence that names the remedy."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(slots=True)
class Findings:
    """Errors forbid the import; warnings are tolerated and shown. The first hundred of each are kept."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def wrong(self, path: str, message: str) -> None:
        """Note an error."""
        if len(self.errors) < MOST:
            self.errors.append(Problem(path, message))

    def odd(self, path: str, message: str) -> None:
        """Note a warning."""
        if len(self.warnings) < MOST:
            self.warnings.append(Problem(path, message))

    def mapping(self, value: Any, path: str, known: Iterable[str]) -> Mapping[str, Any] | None:
        """The object at this path; what it holds beside the known keys is kept and warned about."""
        if not isinstance(value, dict):
            self.wrong(path, f"{spelled(value)} stands where an object is expected.")
            return None
        for key in value.keys() - set(known):
            self.odd(within(path, key), "AWS's format does not know this key. It is kept as it is and has no effect.")
        return value

    def items(self, owner: Mapping[str, Any], key: str, path: str, most: int) -> list[Any]:
        """The list under a key; [] where it is missing, empty, or no list. Of a list that is too long, its beginning."""
        value, where = owner.get(key), within(path, key)
        if not isinstance(value, list):
            self.wrong(where, "This list is missing." if key not in owner else f"{spelled(value)} is not a list.")
            return []
        if not value:
            self.wrong(where, "The list is empty: give it at least one item.")
        if len(value) > most:
            self.wrong(where, f"The list has {len(value)} items; at most {most} are allowed.")
        return value[:most]

    def text(self, owner: Mapping[str, Any], key: str, path: str, most: int, *, optional: bool = False) -> str:
        """The text under a key; "" where it is missing or wrong."""
        where = within(path, key)
        if key not in owner:
            if not optional:
                self.wrong(where, "This text is missing.")
            return ""
        value = owner[key]
        if not isinstance(value, str):
            self.wrong(where, f"{spelled(value)} is not a text: put it in quotation marks.")
            return ""
        if not value.strip() and not optional:
            self.wrong(where, "The text is empty.")
        if len(value) > most:
            self.wrong(where, f"The text has {len(value):,} characters; at most {most:,} are allowed.")
        return value

    def identifier(self, owner: Mapping[str, Any], path: str, seen: dict[str, str]) -> str:
        """The id of an object, which must be new among `seen` (id → path); "" where it is wrong."""
        where, value = within(path, "id"), owner.get("id")
        if not isinstance(value, str):
            self.wrong(where, "The id is missing." if "id" not in owner else f"{spelled(value)} is not a text.")
            return ""
        if not ID.fullmatch(value):
            self.wrong(where, f"{value[:60]!r}: an id has 3 to 128 of the characters A-Z, a-z, 0-9 and _.")
            return ""
        if value in seen:
            self.wrong(where, f"{value!r} is taken by {seen[value]}: ids are unique.")
            return ""
        seen[value] = where
        return value

    def short_id(self, value: str, path: str) -> None:
        """The format allows 128 characters, the API of AWS only 64 for pillars and choices."""
        if len(value) > API_ID:
            self.odd(within(path, "id"), f"The id has {len(value)} characters; the API of AWS takes {API_ID} at most.")

    def link(self, owner: Mapping[str, Any], key: str, path: str, *, optional: bool = True) -> None:
        """`{displayText, url}` under a key."""
        if key not in owner:
            if not optional:
                self.wrong(within(path, key), "It is missing: only a choice whose id ends in _no goes without.")
            return
        self.content(owner[key], within(path, key))

    def content(self, value: Any, path: str) -> None:
        """A text with an optional address."""
        data = self.mapping(value, path, ("displayText", "url"))
        if data is None:
            return
        # An empty pair is how many public lenses say "none".
        self.text(data, "displayText", path, LONG_TEXT, optional=not data.get("url"))
        if "url" in data:
            self._url(data["url"], within(path, "url"))

    def _url(self, value: Any, path: str) -> None:
        if not isinstance(value, str):
            self.wrong(path, f"{spelled(value)} is not a text.")
        elif not value:
            self.odd(path, "The address is empty: it is taken as missing.")
        elif not value.startswith(("http://", "https://")):
            self.wrong(path, f"{value[:60]!r} does not begin with http:// or https://.")
        elif not _host(value):
            self.wrong(path, f"{value[:60]!r} names no host.")
        elif len(value) > URL:
            self.wrong(path, f"The address has {len(value):,} characters; at most {URL:,} are allowed.")
        elif any(char.isspace() or not char.isprintable() for char in value):
            self.odd(path, f"{value[:60]!r} holds a blank or a control character: the link may lead nowhere.")


def _host(value: str) -> str:
    try:
        return urlsplit(value).hostname or ""
    except ValueError:
        return ""


def within(path: str, key: object) -> str:
    """The path of a member: `pillars[0]` and `id` give `pillars[0].id`; a number gives `pillars[0]`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    name = str(key)[:60]
    return f"{path}.{name}" if path else name


def spelled(value: Any) -> str:
    """What stands there instead, in short."""
    if value is None:
        return "null"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return repr(value)[:60]
