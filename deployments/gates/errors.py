"""What can be wrong with what people and pipelines send."""

from __future__ import annotations


class Wrong(Exception):
    """A field that cannot be taken; the message says why and what would do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class Conflict(Exception):
    """What was asked for does not fit the present state; the message says what to do."""
