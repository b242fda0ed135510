"""The report and the deployments behind it as CSV; times in seconds, rates as shares of one."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from deployments.dora import behind
from deployments.dora.report import Report
from deployments.engine.dora import Figures
from deployments.models import Deployment
from portal.csvfile import download

FIGURES = (
    "deployments", "succeeded", "failed", "contained", "rework", "frequency_per_day", "lead_seconds", "recovery_seconds",
    "fail_rate", "rework_rate", "commits_known", "ends_known",
)  # fmt: skip
DEPLOYMENTS = (
    "service",
    "owner",
    "version",
    "state",
    "ended",
    "classes",
    "why",
    "recovery_seconds",
    "source",
    "external_id",
)


def values(found: Figures) -> tuple[object, ...]:
    """The figures in the order of `FIGURES`."""
    cell = found.cell
    return (
        cell.deployments, cell.succeeded, cell.failed, cell.contained, cell.rework, found.frequency, found.lead,
        found.recovery, found.fail_rate, found.rework_rate, found.covered_commits, found.covered_ends,
    )  # fmt: skip


def response(report: Report, by: str) -> StreamingHttpResponse:
    """One row for all, one for each slice, one for each group."""
    return download(_rows(report, by), "dora.csv")


def deployments(rows: QuerySet[Deployment], name: str) -> StreamingHttpResponse:
    """The deployments of one class."""
    return download(_deployments(rows), f"dora-{name}.csv")


def _rows(report: Report, by: str) -> Iterator[tuple[object, ...]]:
    yield ("row", "name", *FIGURES)
    yield ("window", f"{report.window.since:%Y-%m-%d} to {report.window.until:%Y-%m-%d}", *values(report.now))
    yield ("before", f"{report.window.before:%Y-%m-%d} to {report.window.since:%Y-%m-%d}", *values(report.before))
    for start, found in report.trend:
        yield (report.window.unit, f"{start:%Y-%m-%d}", *values(found))
    for line in report.lines:
        yield (by, line.key, *values(line.now))


def _deployments(rows: QuerySet[Deployment]) -> Iterator[tuple[object, ...]]:
    yield DEPLOYMENTS
    for row in rows.iterator(chunk_size=500):
        one = behind.counted([row])[0]
        yield (
            row.service.ref, row.service.owner_ref, row.version, row.state, (row.finished_at or row.occurred_at).isoformat(),
            " ".join(one.classes), "; ".join(one.why), one.recovery, row.source, row.external_id,
        )  # fmt: skip
