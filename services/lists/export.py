"""The catalog's list as CSV and JSON: the same rows and columns as the page shows, all of them, read while they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse

from portal.bulk import batches
from portal.csvfile import download
from services.columns import Column
from services.engine.plain_text import plain_text
from services.lists.table import cells
from services.models import Entity

ALWAYS = ("ref", "title")


def _values(rows: QuerySet[Entity], wanted: Sequence[Column], request: HttpRequest) -> Iterator[list[Any]]:
    """Ref, title and the columns of each row; plugins are asked once for every 500 rows."""
    for some in batches(rows.iterator(chunk_size=500)):
        words = [{} if column.plain else cells(column, some, request) for column in wanted]
        for entity in some:
            yield [entity.ref, entity.label] + [
                column.plain(entity) if column.plain else plain_text(found.get(entity.pk, ""))
                for column, found in zip(wanted, words, strict=True)
            ]


def _line(values: Sequence[Any]) -> list[object]:
    return [" ".join(value) if isinstance(value, list) else value for value in values]


def as_csv(rows: QuerySet[Entity], wanted: Sequence[Column], request: HttpRequest) -> StreamingHttpResponse:
    """A header with the columns' keys, then every row."""

    def lines() -> Iterator[Sequence[object]]:
        yield [*ALWAYS, *(column.key for column in wanted)]
        yield from map(_line, _values(rows, wanted, request))

    return download(lines(), "services.csv")


def as_json(rows: QuerySet[Entity], wanted: Sequence[Column], request: HttpRequest) -> StreamingHttpResponse:
    """An array of objects, one on each line."""
    keys = [*ALWAYS, *(column.key for column in wanted)]

    def parts() -> Iterator[bytes]:
        before = b"[\n"
        for values in _values(rows, wanted, request):
            yield before + orjson.dumps(dict(zip(keys, values, strict=True)))
            before = b",\n"
        yield b"[]\n" if before == b"[\n" else b"\n]\n"

    answer = StreamingHttpResponse(parts(), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="services.json"'
    return answer
