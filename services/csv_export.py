"""The catalog list as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from portal.csvfile import download
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


def _rows(rows: QuerySet[Entity]) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    for entity in rows.iterator(chunk_size=500):
        yield (
            entity.ref, entity.label, entity.kind, entity.type, entity.owner_ref, entity.system_ref, entity.lifecycle,
            entity.tier, entity.description, " ".join(entity.tags), entity.source, entity.updated_at.isoformat(),
        )  # fmt: skip


def response(rows: QuerySet[Entity], name: str) -> StreamingHttpResponse:
    """All rows of the query as a download."""
    return download(_rows(rows), name)
