"""What a question says about an entity, whichever grammar it was written in. Keys and values are lower case."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Has:
    """The key is there, whatever its value."""

    key: str


@dataclass(frozen=True)
class Is:
    """One of the key's values is one of these."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Starts:
    """One of the key's values starts with this text."""

    key: str
    text: str


@dataclass(frozen=True)
class Holds:
    """One of the values of one of the keys holds the term; `%` and `_` stand for anything, as in Backstage."""

    keys: tuple[str, ...]
    term: str


@dataclass(frozen=True)
class All:
    """All parts hold; without parts everything does."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class AnyOf:
    """One part holds; without parts nothing does."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = Has | Is | Starts | Holds | All | AnyOf | Not
EVERYTHING = All()
MOST = 1_000


def size(condition: Condition) -> int:
    """How many comparisons it takes."""
    if isinstance(condition, Not):
        return size(condition.part)
    if isinstance(condition, All | AnyOf):
        return sum(size(part) for part in condition.parts)
    return len(condition.values) if isinstance(condition, Is) else 1
