"""Descriptors: `catalog-info.yaml` files in Backstage's format, read as data and never as code."""

from __future__ import annotations

from dataclasses import dataclass


class Problem(Exception):
    """What is wrong with a document: where (`line`, 1-based in the file; `field`), why, and how to mend it."""

    def __init__(self, reason: str, remedy: str, *, field: str = "", line: int = 1) -> None:
        super().__init__(f"{field + ': ' if field else ''}{reason} {remedy}")
        self.reason, self.remedy, self.field, self.line = reason, remedy, field, line


@dataclass(frozen=True)
class Limits:
    """How much a descriptor may be. Real ones are a few kilobytes."""

    bytes: int = 1_048_576
    documents: int = 500
    depth: int = 24
    nodes: int = 20_000


LIMITS = Limits()
