"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite. For tables whose rows need no Python objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models

SIZE = 500
Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int = SIZE) -> Iterator[list[Item]]:
    """Lists of at most `size`: as many as a database takes in one IN (…)."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def insert(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values for the named fields. Every column that is not named must have a database default."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(_column(model, name) for name in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(fields))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(rows))  # noqa: S608 names of our models


def update(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set the named fields of many rows; each row holds their values and, last, the primary key."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(f"{_column(model, name)} = %s" for name in fields)
    statement = f"UPDATE {table} SET {columns} WHERE id = %s"  # noqa: S608 names of our models
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(rows))


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101 a name in our own code
    return connection.ops.quote_name(str(field.column))
