"""Descriptors: `catalog-info.yaml` files in Backstage's format, read as data and never as code."""

from __future__ import annotations

from dataclasses import dataclass


class Problem(Exception):
    """What is wrong with a document: where (`line`, 1-based in the file; `field`), why, and how to mend it."""

    def __init__(self, reason: str, remedy: str, *, field: str = "", line: int = 1) -> None:
        super().__init__(f"{field + ': ' if field else ''}{reason} {remedy}")
        self.reason, self.remedy, self.field, self.line = reason, remedy, field, line


class Gone(Problem):
    """The file is not there (404, 410, or no such file): it may have been removed for good."""


class Unread(Problem):
    """The file could not be read this time. `retry_after` is how many seconds its host asks to wait (0: it does not say)."""

    def __init__(self, reason: str, remedy: str, *, retry_after: int = 0) -> None:
        super().__init__(reason, remedy)
        self.retry_after = retry_after


class Taken(Problem):
    """The name or target belongs to something else already."""


class Unknown(Problem):
    """What was asked for is not in the catalog."""


@dataclass(frozen=True)
class Limits:
    """How much a descriptor may be. Real ones are a few kilobytes. `files` is for one location, `includes` for one file."""

    bytes: int = 1_048_576
    documents: int = 500
    depth: int = 24
    nodes: int = 20_000
    files: int = 1_000
    includes: int = 50


LIMITS = Limits()
