"""Columns that plugins add to lists of services; each is filled by one batch call per page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from portal.plugins import Registry
from services.models import Entity


@dataclass(frozen=True)
class Column:
    """`cells(entities, request)` returns safe HTML by entity id, in a constant number of queries.

    `plain` is the value of one entity for CSV and JSON; without it they hold the words of the HTML. `sort` is the key of
    `services.filters.SORTS` by which the column sorts.
    """

    key: str
    title: str
    cells: Callable[[Sequence[Entity], HttpRequest], dict[int, str]]
    order: int = 100
    align: str = "left"
    plain: Callable[[Entity], Any] | None = None
    sort: str = ""


columns: Registry[Column] = Registry("columns")
