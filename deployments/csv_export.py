"""Deployments as CSV, row by row."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from deployments.models import Deployment
from portal.csvfile import download

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


def response(rows: QuerySet[Deployment]) -> StreamingHttpResponse:
    """All rows of the query as a download."""
    return download(_rows(rows), "deployments.csv")


def _rows(rows: QuerySet[Deployment]) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    for row in rows.iterator(chunk_size=500):
        yield (
            row.service.ref, row.service.owner_ref, row.version, row.state, row.environment, row.region, row.source,
            row.external_id, row.actor, row.started_at, row.finished_at, row.occurred_at.isoformat(),
        )  # fmt: skip
