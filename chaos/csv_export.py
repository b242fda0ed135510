"""Experiments as CSV, in batches: three more queries for every 500 rows."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from chaos import queries, words
from chaos.models import Experiment
from portal.csvfile import download

COLUMNS = (
    "experiment", "title", "service", "owner", "fault", "scheduled", "next_run", "state",
    "last_run", "hypothesis", "fault_verdict", "recovery", "safety",
)  # fmt: skip
BATCH = 500


def response(rows: QuerySet[Experiment]) -> StreamingHttpResponse:
    """All rows of the query as a download."""
    return download(_lines(rows), "experiments.csv")


def _lines(rows: QuerySet[Experiment]) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        batch = queries.experiments().filter(pk__in=ids[start : start + BATCH])
        yield from map(_line, queries.rows(list(batch)))


def _line(row: queries.Row) -> tuple[object, ...]:
    verdicts = (row.last.verdicts or {}) if row.last else {}
    experiment, service = row.experiment, row.experiment.service
    return (
        experiment.slug, experiment.title, service.ref, service.owner_ref, " + ".join(experiment.fault_keys), experiment.enabled,
        row.next_at.isoformat() if row.next_at else "", words.row_said(row).label,
        row.last.get_absolute_url() if row.last else "",
        *(verdicts.get(name, {}).get("word", "") for name in words.VERDICTS),
    )  # fmt: skip
