"""Facets: how many rows each value of each field has, given what is asked of the other fields.

The rows of a value are the bits of one integer, so a set of 12,000 rows is 1.5 KB and an intersection a few microseconds.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

NONE = ""
"""The key of rows that have no value in a field."""


@dataclass(frozen=True)
class Terms:
    """What is asked of one field: any of `wanted` (each of them, where a row can have several) and none of `unwanted`."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Rows by position; for each field the rows of each key. `several` names the fields in which a row can have several."""

    size: int
    keys: Mapping[str, Mapping[str, int]]
    several: frozenset[str] = field(default_factory=frozenset)

    @property
    def everything(self) -> int:
        """All rows."""
        return (1 << self.size) - 1

    def rows(self, name: str, terms: Terms) -> int:
        """The rows that satisfy these terms."""
        keys = self.keys.get(name, {})
        found = self.everything
        if terms.wanted and name in self.several:
            for key in terms.wanted:
                found &= keys.get(key, 0)
        elif terms.wanted:
            found = 0
            for key in terms.wanted:
                found |= keys.get(key, 0)
        for key in terms.unwanted:
            found &= ~keys.get(key, 0)
        return found


def build(
    size: int, cells: Mapping[str, Iterable[tuple[int, Hashable]]], several: frozenset[str] = frozenset()
) -> Table:
    """A table of `size` rows from (position, key) pairs by field; a row without a key in a field has NONE there."""
    keys = {name: _packed(size, pairs) for name, pairs in cells.items()}
    return Table(size, keys, several)


def _packed(size: int, pairs: Iterable[tuple[int, Hashable]]) -> dict[str, int]:
    width = size // 8 + 1
    sets: dict[Hashable, bytearray] = {}
    missing = bytearray(b"\xff" * width)
    for position, key in pairs:
        place, bit = position >> 3, 1 << (position & 7)
        row_set = sets.get(key)
        if row_set is None:
            row_set = sets[key] = bytearray(width)
        row_set[place] |= bit
        missing[place] &= ~bit & 0xFF
    packed = {str(key): int.from_bytes(row_set, "little") for key, row_set in sets.items()}
    without = int.from_bytes(missing, "little") & ((1 << size) - 1)
    if without:
        packed[NONE] = packed.get(NONE, 0) | without
    return packed


def counts(table: Table, asked: Mapping[str, Terms], within: int) -> dict[str, dict[str, int]]:
    """By field and key how many rows of `within` there would be if the key were chosen.

    In a field of single values a choice takes the place of what is asked there; in one of several values it is added.
    """
    found = {name: table.rows(name, terms) for name, terms in asked.items()}
    answer: dict[str, dict[str, int]] = {}
    for name, keys in table.keys.items():
        base = within
        for other, rows in found.items():
            if other != name:
                base &= rows
        own = asked.get(name, Terms())
        answer[name] = {
            key: (base & rows & (_others(table, name, own, key) if name in table.several else -1)).bit_count()
            for key, rows in keys.items()
        }
    return answer


def _others(table: Table, name: str, terms: Terms, key: str) -> int:
    """The rows that satisfy the terms, apart from what they say of this key itself."""
    return table.rows(name, Terms(terms.wanted, tuple(other for other in terms.unwanted if other != key)))
