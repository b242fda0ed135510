"""A table of entities with the columns that plugins add."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from services.columns import Column, columns
from services.models import Entity

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """One entity with its cells, in the order of the columns."""

    entity: Entity
    cells: list[tuple[Column, SafeString]]


@dataclass(frozen=True)
class Table:
    """Columns and rows; the entity's name is not among the columns."""

    columns: Sequence[Column]
    rows: list[Row]


def table(entities: Sequence[Entity], request: HttpRequest, wanted: Sequence[Column] | None = None) -> Table:
    """Ask every wanted column (else those of plugins) once for all entities. A column that fails stays empty."""
    chosen = columns.items() if wanted is None else wanted
    filled = [cells(column, entities, request) for column in chosen]
    rows = [
        Row(
            entity,
            [
                (column, mark_safe(found.get(entity.pk, "")))  # noqa: S308 a column promises safe HTML
                for column, found in zip(chosen, filled, strict=True)
            ],
        )
        for entity in entities
    ]
    return Table(chosen, rows)


def cells(column: Column, entities: Sequence[Entity], request: HttpRequest) -> dict[int, str]:
    """The column's HTML by entity id; nothing where it fails."""
    try:
        return column.cells(entities, request)
    except Exception:  # a plugin may fail in any way
        log.exception("column %s failed", column.key)
        return {}
