"""Reads: pages by cursor, whole lists, counts, facets. Answers are finished JSON texts or plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from portal import bulk
from services.catalog_api.conditions import Condition
from services.catalog_api.cursors import Place
from services.catalog_api.sql import RELATIONS, Sql, among, values_of, where

LIVE = "e.removed_at IS NULL"
# Keys with one value at most by the rules of every kind; any other may have several, then the nearest one counts.
SINGLE = {"apiversion", "kind", "metadata.name", "metadata.namespace", "metadata.title", "metadata.description", "metadata.uid"}


@dataclass(frozen=True)
class Order:
    """By which key, and whether from its greatest value downwards."""

    key: str
    down: bool = False

    @property
    def word(self) -> str:
        """ASC or DESC."""
        return "DESC" if self.down else "ASC"


@dataclass(frozen=True)
class Row:
    """An entity of a page: where it stands, and its text (None while its document is being written)."""

    place: Place
    text: str | None


def rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def page(
    condition: Condition, order: Order | None, *, limit: int, offset: int = 0, at: Place | None = None, back: bool = False
) -> list[Row]:
    """At most `limit` entities behind `at` (or before it, nearest first) in the order; without order by id."""
    table, values = _ordered(order, condition)
    value, ident = ("o.value", "o.entity_id") if order else ("NULL", "e.id")
    down = (order is not None and order.down) != back
    if at is not None:
        sign = "<" if down else ">"
        table += f" AND (o.value, o.entity_id) {sign} (%s, %s)" if order else f" AND e.id {sign} %s"
        values += list(at) if order else [at[1]]
    word = "DESC" if down else "ASC"
    by = f"{value} {word}, {ident} {word}" if order else f"{ident} {word}"
    outer = f"p.value {word}, p.id {word}" if order else f"p.id {word}"
    statement = (
        f"SELECT p.value, p.id, d.text FROM (SELECT {value} AS value, {ident} AS id {table} ORDER BY {by} "  # noqa: S608
        f"LIMIT %s OFFSET %s) p LEFT JOIN services_document d ON d.entity_id = p.id ORDER BY {outer}"
    )
    return [Row((found, pk), text) for found, pk, text in rows(statement, [*values, limit, offset])]


def count(condition: Condition, order: Order | None) -> int:
    """How many entities there are; with an order only those that have a value to order by."""
    table, values = _ordered(order, condition)
    return int(rows(f"SELECT count(*) {table}", values)[0][0])


def _ordered(order: Order | None, condition: Condition) -> Sql:
    """FROM and WHERE of a question; with an order `o` holds one value for each entity."""
    held, values = where(condition)
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
            " AND NOT EXISTS (SELECT 1 FROM services_searchkey n WHERE n.entity_id = o.entity_id AND n.key = o.key "
            f"AND n.value {sign} o.value)"
        )
    own = [order.key]
    return f"FROM services_searchkey o {join} AND o.key = %s AND o.value IS NOT NULL{first} AND {held}", [*own, *values]


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
    window, ends = ("", []) if limit is None else (" LIMIT %s OFFSET %s", [limit, offset])
    statement = f"SELECT e.id FROM services_entity e{joins} WHERE {LIVE} AND {held} ORDER BY {', '.join(by)}{window}"  # noqa: S608
    return [pk for (pk,) in rows(statement, [*values, *more, *ends])]


def texts(ids: Sequence[int]) -> Iterator[str]:
    """The texts of these entities, in this order; those without a finished document are left out."""
    for some in bulk.batches(ids):
        statement = f"SELECT entity_id, text FROM services_document WHERE entity_id {among(some)}"  # noqa: S608
        found = dict(rows(statement, some))
        yield from (found[pk] for pk in some if pk in found)


def facet(key: str, condition: Condition) -> list[tuple[str, int]]:
    """The values of a key as they were written, with the number of entities that have them; by value."""
    inner, own = values_of(key)
    held, values = where(condition)
    statement = (
        f"SELECT COALESCE(v.original, v.value) AS written, count(*) FROM ({inner}) v "  # noqa: S608
        f"JOIN services_entity e ON e.id = v.entity_id WHERE {LIVE} AND {held} GROUP BY written"
    )
    return sorted((value, number) for value, number in rows(statement, [*own, *values]))
