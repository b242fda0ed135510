"""Reads from the index: what matches a question and in which order, facets, and the finished texts of entities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from portal import bulk
from portal.prepared import ask
from services.catalog_api.conditions import Condition
from services.catalog_api.cursors import Place
from services.catalog_api.sql import RELATIONS, Sql, among, values_of, where

LIVE = "e.removed_at IS NULL"
# Keys with one value at most by the rules of every kind; any other may have several, then the nearest one counts.
SINGLE = {
    "apiversion", "kind", "metadata.name", "metadata.namespace", "metadata.title", "metadata.description", "metadata.uid",
}  # fmt: skip


@dataclass(frozen=True)
class Order:
    """By which key, and whether from its greatest value downwards."""

    key: str
    down: bool = False

    @property
    def word(self) -> str:
        """ASC or DESC."""
        return "DESC" if self.down else "ASC"


def rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement that is planned for these very values."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def places(
    condition: Condition,
    order: Order | None,
    *,
    limit: int,
    offset: int = 0,
    at: Place | None = None,
    down: bool = False,
) -> list[Place]:
    """Where at most `limit` entities behind `at` stand, downwards or upwards; without order by id."""
    table, values = _ordered(order, condition, probing=True)
    value, ident = ("o.value", "o.entity_id") if order else ("''", "e.id")
    if at is not None:
        sign = "<" if down else ">"
        table += f" AND ({value}, {ident}) {sign} (%s, %s)" if order else f" AND {ident} {sign} %s"
        values += list(at) if order else [at[1]]
    word = "DESC" if down else "ASC"
    by = f"{value} {word}, {ident} {word}" if order else f"{ident} {word}"
    statement = f"SELECT {value}, {ident} {table} ORDER BY {by} LIMIT {limit:d} OFFSET {offset:d}"
    return [(found, pk) for found, pk in ask(statement, values)]


def some_places(condition: Condition, order: Order | None, most: int) -> list[Place]:
    """All that match, upwards, as long as there are not more than `most`; one more tells that there are."""
    table, values = _ordered(order, condition)
    value, ident = ("o.value", "o.entity_id") if order else ("''", "e.id")
    found = rows(f"SELECT {value}, {ident} {table} LIMIT {most + 1:d}", values)
    return sorted((text, pk) for text, pk in found)


def count(condition: Condition, order: Order | None) -> int:
    """How many entities there are; with an order only those that have a value to order by."""
    table, values = _ordered(order, condition)
    return int(rows(f"SELECT count(*) {table}", values)[0][0])


def _ordered(order: Order | None, condition: Condition, *, probing: bool = False) -> Sql:
    """FROM and WHERE of a question; with an order `o` holds one value for each entity."""
    held, values = where(condition, probing=probing)
    if order is None:
        return f"FROM services_entity e WHERE {LIVE} AND {held}", values
    join = f"JOIN services_entity e ON e.id = o.entity_id WHERE {LIVE}"
    if order.key in RELATIONS:
        inner, own = nearest(order)
        return f"FROM ({inner}) o {join} AND {held}", [*own, *values]
    first = ""
    if order.key not in SINGLE:
        sign = ">" if order.down else "<"
        first = (
            " AND NOT EXISTS (SELECT 1 FROM services_searchkey n WHERE n.entity_id = o.entity_id "  # noqa: S608
            f"AND n.key = o.key AND n.value {sign} o.value)"
        )
    table = f"FROM services_searchkey o {join} AND o.key = %s AND o.value IS NOT NULL{first} AND {held}"
    return table, [order.key, *values]


def nearest(order: Order) -> Sql:
    """(entity_id, value) of a key, the value that comes first in the order where there are several."""
    inner, values = values_of(order.key)
    pick = "max" if order.down else "min"
    return f"SELECT v.entity_id, {pick}(v.value) AS value FROM ({inner}) v GROUP BY v.entity_id", values  # noqa: S608


def listed(condition: Condition, orders: Sequence[Order], limit: int | None, offset: int) -> list[int]:
    """Ids of all entities by several orders, those that lack a field last; by entity ref without an order."""
    joins, by = "", []
    values: list[Any] = []
    for number, order in enumerate(orders):
        inner, own = nearest(order)
        joins += f" LEFT JOIN ({inner}) o{number} ON o{number}.entity_id = e.id"
        by.append(f"o{number}.value {order.word} NULLS LAST")
        values += own
    held, more = where(condition)
    by = [*by, "e.id"] if by else ["e.kind", "e.namespace", "e.name"]
    window = "" if limit is None else f" LIMIT {limit:d} OFFSET {offset:d}"
    statement = f"SELECT e.id FROM services_entity e{joins} WHERE {LIVE} AND {held} ORDER BY {', '.join(by)}{window}"  # noqa: S608
    return [pk for (pk,) in rows(statement, [*values, *more])]


def texts(ids: Sequence[int]) -> Iterator[str]:
    """The texts of these entities, in this order; those without a finished document are left out."""
    for some in bulk.batches(ids):
        array = connection.vendor == "postgresql"
        held, values = ("= ANY(%s)", [some]) if array else (among(some), some)
        statement = f"SELECT entity_id, text FROM services_document WHERE entity_id {held}"  # noqa: S608 our own names
        found: dict[int, str] = dict(ask(statement, values))
        yield from (found[pk] for pk in some if pk in found)


def facet(key: str, condition: Condition) -> list[tuple[str, int]]:
    """The values of a key as they were written, with the number of entities that have them; by value."""
    inner, own = values_of(key)
    held, values = where(condition)
    statement = (
        f"SELECT COALESCE(v.original, v.value) AS written, count(*) FROM ({inner}) v "  # noqa: S608 our own names
        f"JOIN services_entity e ON e.id = v.entity_id WHERE {LIVE} AND {held} GROUP BY written"
    )
    return sorted((value, number) for value, number in rows(statement, [*own, *values]))
