"""Reading fields out of what strangers send: each answer is a checked value or a refusal that names the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rest_framework.exceptions import ParseError

from deployments.intake.record import Message, Refusal
from portal.api.base import strict_json
from services.descriptors.links import safe_link

NAME = 200
MILLISECONDS = 1_000


def json_of(body: bytes) -> Any:
    """The JSON of a body, by the portal's own strict reader; a key that stands twice is refused. Raises Refusal."""
    try:
        return strict_json(body, once=True)
    except ParseError as error:
        raise Refusal(str(error.detail), "body", "Send one JSON document in UTF-8.", status=400) from error


def object_of(message: Message) -> Fields:
    """The body as an object. Raises Refusal."""
    return Fields(json_of(message.body))


class Fields:
    """An object of a message; a path such as `deployment.id` leads into objects within it.

    Every reader raises Refusal where the value has the wrong form, and where `required` and nothing is there.
    """

    def __init__(self, data: Any, path: str = "") -> None:
        if not isinstance(data, Mapping):
            raise Refusal("It must be an object.", path or "body", "Send a JSON object.", status=400)
        self.data, self.path = data, path

    def __contains__(self, path: str) -> bool:
        return self.value(path) is not None

    def value(self, path: str) -> Any:
        """What stands there, None where nothing does."""
        found: Any = self.data
        for step in path.split("."):
            if not isinstance(found, Mapping):
                return None
            found = found.get(step)
        return found

    def inner(self, path: str) -> Fields:
        """The object there; an empty one where nothing is."""
        found = self.value(path)
        return Fields({} if found is None else found, self._named(path))

    def items(self, path: str, limit: int = 500) -> Iterator[Fields]:
        """The objects of the list there, at most `limit`."""
        found = self.value(path)
        if found is None:
            return
        if not isinstance(found, list) or len(found) > limit:
            raise Refusal("It must be a list.", self._named(path), f"Send a list of at most {limit} objects.")
        for number, item in enumerate(found):
            yield Fields(item, f"{self._named(path)}[{number}]")

    def text(self, *paths: str, limit: int = NAME, required: bool = False) -> str:
        """The first of these that is given, as text without space around it; whole numbers count as text."""
        for path in paths:
            found = self.value(path)
            if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**20:
                return str(found)
            if found in (None, ""):
                continue
            if not isinstance(found, str):
                raise Refusal("It must be text.", self._named(path), "Send a text.")
            if len(found.strip()) > limit:
                raise Refusal(
                    f"It is longer than {limit} characters.", self._named(path), f"Send at most {limit} characters."
                )
            if found.strip():
                return found.strip()
        if required:
            raise Refusal("It is missing.", self._named(paths[0]), f"Send {' or '.join(paths)}.")
        return ""

    def link(self, *paths: str) -> str:
        """The first of these that is a web address; what a browser would run is refused."""
        found = self.text(*paths, limit=500)
        if found and not safe_link(found):
            raise Refusal("It is not a web address.", self._named(paths[0]), "Send an address with http or https.")
        return found

    def moment(self, *paths: str) -> datetime | None:
        """The first of these that is given, as a moment in UTC; None where none is."""
        for path in paths:
            found = self.value(path)
            if found not in (None, ""):
                return moment(found, self._named(path))
        return None

    def when(self, *paths: str) -> datetime:
        """Like `moment`, but it must be there."""
        found = self.moment(*paths)
        if found is None:
            raise Refusal(
                "It is missing.", self._named(paths[0]), f"Send {' or '.join(paths)} as 2026-11-20T10:00:00Z."
            )
        return found

    def flag(self, path: str) -> bool:
        """Whether it is true; anything else is no."""
        return self.value(path) is True

    def _named(self, path: str) -> str:
        return f"{self.path}.{path}" if self.path else path


def moment(found: Any, field: str) -> datetime:
    """A moment in UTC from ISO 8601 with a zone, GitLab's form of it, or seconds or milliseconds since 1970. Raises Refusal."""
    remedy = "Send a moment with its time zone, such as 2026-11-20T10:00:00Z."
    try:
        parsed = _parsed(found)
        if parsed.tzinfo is None:
            raise Refusal("It has no time zone.", field, remedy)
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError) as error:
        raise Refusal("It is not a moment.", field, remedy) from error


def _parsed(found: Any) -> datetime:
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        raise TypeError("neither text nor number")
    text = str(found).strip()
    number = text.replace(".", "", 1)
    if number.isascii() and number.isdigit() and len(number) >= 9:
        seconds = float(text)
        return datetime.fromtimestamp(seconds / MILLISECONDS if seconds > 10**11 else seconds, UTC)
    if " UTC " in text:  # CodeDeploy writes times as Java does
        return datetime.strptime(text, "%a %b %d %H:%M:%S UTC %Y").replace(tzinfo=UTC)
    return datetime.fromisoformat(text.replace(" UTC", "Z"))
