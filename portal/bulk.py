"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite. For tables whose rows need no Python objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import orjson
from django.db import connection, models

SIZE = 500
Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int = SIZE) -> Iterator[list[Item]]:
    """Lists of at most `size`: as many as a database takes in one IN (…)."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def insert(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values for the named fields. What is not named must be the id or may be null."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(_column(model, name) for name in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The driver's own statement, so Django's names for errors must be asked for.
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in _prepared(model, fields, rows):
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(fields))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(_prepared(model, fields, rows)))  # noqa: S608 names of our models


def insert_new(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """The same, but a row that meets a unique key gives way to the one that is there."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(_column(model, name) for name in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 our models
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(_prepared(model, fields, rows)))


def update(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set the named fields of many rows; each row holds their values and, last, the primary key."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(f"{_column(model, name)} = %s" for name in fields)
    statement = f"UPDATE {table} SET {columns} WHERE id = %s"  # noqa: S608 names of our models
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(_prepared(model, fields, rows)))


def _prepared(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Any]:
    """The rows with those values adapted that a driver does not take as they are."""
    adapters = [(at, adapt) for at, name in enumerate(fields) if (adapt := _adapter(model._meta.get_field(name)))]
    if not adapters:
        yield from rows
        return
    for row in rows:
        values = list(row)
        for at, adapt in adapters:
            values[at] = None if values[at] is None else adapt(values[at])
        yield values


def _adapter(field: Any) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        return lambda value: orjson.dumps(value).decode()
    if isinstance(field, models.DateTimeField):
        # Rows that are written together mostly share their instants.
        return lru_cache(64)(connection.ops.adapt_datetimefield_value) if connection.vendor == "sqlite" else None
    if isinstance(field, models.UUIDField) and not connection.features.has_native_uuid_field:
        return lambda value: value.hex
    return None


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101 a name in our own code
    return connection.ops.quote_name(str(field.column))


def settle(*tables: type[models.Model]) -> None:
    """Let the database look at these tables after a large write: plans fit what is there now, and on PostgreSQL indexes
    answer alone, without a look at each row. Inside a transaction the tables are only counted.
    """
    vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"{'VACUUM ANALYZE' if vacuum else 'ANALYZE'} {connection.ops.quote_name(table._meta.db_table)}"
            )
