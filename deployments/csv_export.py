"""Deployments as CSV, row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from deployments.models import Deployment
from services.csv_export import cell

COLUMNS = (
    "service",
    "owner",
    "version",
    "state",
    "environment",
    "region",
    "source",
    "external_id",
    "actor",
    "started",
    "finished",
    "occurred",
)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        """The line itself."""
        return value


def response(rows: QuerySet[Deployment]) -> StreamingHttpResponse:
    """All rows of the query as a download."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow([cell(value) for value in row]) for row in _rows(rows))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="deployments.csv"'
    return answer


def _rows(rows: QuerySet[Deployment]) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    for row in rows.iterator(chunk_size=500):
        yield (
            row.service.ref, row.service.owner_ref, row.version, row.state, row.environment, row.region, row.source,
            row.external_id, row.actor, row.started_at, row.finished_at, row.occurred_at.isoformat(),
        )  # fmt: skip
