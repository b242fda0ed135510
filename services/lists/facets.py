"""Facets of the catalog: the values of each field with how many entities one would get by choosing them.

The rows are read once for each revision of the catalog and kept as bits; an answer then costs a constant number of queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.engine import facets as engine
from services.engine.facets import NONE, Table, Terms
from services.lists.filter_values import COLUMNS, TAGS
from services.models import Entity, SearchKey
from services.storing import revision

FIELDS = {
    "kind": "Kind", "namespace": "Namespace", "type": "Type", "owner": "Owner", "system": "System",
    "lifecycle": "Lifecycle", "tier": "Tier", "tag": "Tag",
}  # fmt: skip
CASELESS = frozenset({"type", "lifecycle"})
Mark = tuple[int, UUID | None]


@dataclass(frozen=True)
class Index:
    """All live entities at one revision: their position by id, the bits of each value, and values as they were written."""

    mark: Mark
    positions: dict[int, int]
    table: Table
    written: dict[tuple[str, str], str]


@dataclass(frozen=True)
class Choice:
    """One value of a facet. `key` is what a filter takes; "" stands for having none."""

    key: str
    label: str
    count: int


_kept: list[Index] = []


def index() -> Index:
    """The index of the catalog as it is now, from this process's memory where the catalog has not moved."""
    newest = Entity.objects.order_by("-pk").values_list("uid", flat=True).first()
    # The newest row beside the number: a database that was put back from a copy may have the number of another one.
    mark = (revision.current(), newest)
    if not _kept or _kept[0].mark != mark or not mark[0]:
        _kept[:] = [_read(mark)]
    return _kept[0]


def _read(mark: Mark) -> Index:
    rows = list(Entity.objects.live().order_by("pk").values_list("pk", *COLUMNS.values()))
    positions = {row[0]: place for place, row in enumerate(rows)}
    written: dict[tuple[str, str], str] = {}
    cells: dict[str, list[tuple[int, str]]] = {}
    for number, name in enumerate(COLUMNS, start=1):
        values = [(place, row[number]) for place, row in enumerate(rows)]
        cells[name] = [(place, _key(name, value, written)) for place, value in values if value not in ("", None)]
    tags = SearchKey.objects.filter(key=TAGS).order_by().values_list("entity_id", "value")
    cells["tag"] = [(positions[pk], value) for pk, value in tags if value and pk in positions]
    return Index(mark, positions, engine.build(len(rows), cells, frozenset({"tag"})), written)


def _key(name: str, value: Any, written: dict[tuple[str, str], str]) -> str:
    if name not in CASELESS:
        return str(value)
    key = str(value).lower()
    written.setdefault((name, key), str(value))
    return key


def facets(now: Index, asked: Mapping[str, Terms], within: list[int] | None) -> dict[str, list[Choice]]:
    """The choices of each field, the most frequent first. `within` are the ids that the other filters leave, None for all."""
    asked = {name: terms for name, terms in asked.items() if not (name == "kind" and "all" in terms.wanted)}
    rows = now.table.everything if within is None else _bits(now, within)
    return {
        name: _choices(now, name, found, asked.get(name, Terms()))
        for name, found in engine.counts(now.table, asked, rows).items()
    }


def _bits(now: Index, ids: list[int]) -> int:
    """The rows of these ids; those that came after the index was read are left out."""
    found = bytearray(now.table.size // 8 + 1)
    for pk in ids:
        if (place := now.positions.get(pk)) is not None:
            found[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(found, "little")


def _choices(now: Index, name: str, found: Mapping[str, int], terms: Terms) -> list[Choice]:
    chosen = {*terms.wanted, *terms.unwanted}
    shown = [Choice(key, label(now, name, key), count) for key, count in found.items() if count or key in chosen]
    shown += [Choice(key, label(now, name, key), 0) for key in chosen - found.keys()]
    return sorted(shown, key=lambda choice: (-choice.count, choice.key == NONE, choice.label))


def label(now: Index, name: str, key: str) -> str:
    """What people call a value."""
    if key == NONE:
        return f"No {FIELDS[name].lower()}"
    if name in {"owner", "system"}:
        return key.rpartition("/")[2] if "/" in key and ":default/" in key else key
    if name == "tier":
        return f"Tier {key}"
    return now.written.get((name, key), key)
