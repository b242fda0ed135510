"""Tables without their indexes while a benchmark fills them by the million; for databases that are thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction

# No journal: a seeding that is cut short leaves a broken file, and the next benchmark starts from a new one anyway.
_FAST = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000", "temp_store = MEMORY")
_USUAL = ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -20000", "temp_store = DEFAULT")


@contextmanager
def bare(*tables: type[models.Model]) -> Iterator[None]:
    """Drop what each row would have to be sorted into, write in one transaction, and build it in one go afterwards."""
    _pragmas(_FAST)
    with connection.schema_editor() as schema:
        for table in tables:
            _drop(schema, table)
    with transaction.atomic():
        yield
    with connection.schema_editor() as schema:
        for table in tables:
            _build(schema, table)
    _pragmas(_USUAL)


def _drop(schema: Any, table: type[models.Model]) -> None:
    for index in table._meta.indexes:
        schema.remove_index(table, index)
    for constraint in table._meta.constraints:
        schema.remove_constraint(table, constraint)


def _build(schema: Any, table: type[models.Model]) -> None:
    for constraint in table._meta.constraints:
        schema.add_constraint(table, constraint)
    for index in table._meta.indexes:
        schema.add_index(table, index)


def _pragmas(settings: tuple[str, ...]) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for setting in settings:
                cursor.execute(f"PRAGMA {setting}")
