"""A list as CSV, row by row, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from services.models import Entity

COLUMNS = (
    "ref",
    "title",
    "kind",
    "type",
    "owner",
    "system",
    "lifecycle",
    "tier",
    "description",
    "tags",
    "source",
    "updated",
)
# A spreadsheet runs a cell that starts with one of these as a formula; an apostrophe makes it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: object) -> str:
    """`value` as text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        """The line itself."""
        return value


def _rows(rows: QuerySet[Entity]) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    for entity in rows.iterator(chunk_size=500):
        yield (
            entity.ref, entity.label, entity.kind, entity.type, entity.owner_ref, entity.system_ref, entity.lifecycle,
            entity.tier, entity.description, " ".join(entity.tags), entity.source, entity.updated_at.isoformat(),
        )  # fmt: skip


def response(rows: QuerySet[Entity], name: str) -> StreamingHttpResponse:
    """All rows of the query as a download."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow([cell(value) for value in row]) for row in _rows(rows))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
