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
    """One entity with the plugins' cells, in the order of the columns."""

    entity: Entity
    cells: list[tuple[Column, SafeString]]


@dataclass(frozen=True)
class Table:
    """Columns and rows; `columns` are only those of plugins."""

    columns: tuple[Column, ...]
    rows: list[Row]


def table(entities: Sequence[Entity], request: HttpRequest) -> Table:
    """Ask every column once for all entities. A column that fails stays empty and the table stands."""
    wanted = columns.items()
    filled = [_cells(column, entities, request) for column in wanted]
    rows = [
        Row(
            entity,
            [
                (column, mark_safe(cells.get(entity.pk, "")))  # noqa: S308 a column promises safe HTML
                for column, cells in zip(wanted, filled, strict=True)
            ],
        )
        for entity in entities
    ]
    return Table(wanted, rows)


def _cells(column: Column, entities: Sequence[Entity], request: HttpRequest) -> dict[int, str]:
    try:
        return column.cells(entities, request)
    except Exception:  # a plugin may fail in any way
        log.exception("column %s failed", column.key)
        return {}
