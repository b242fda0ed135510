"""Findings as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from costs.models import Finding
from portal.csvfile import download

HEADER = (
    "service", "team", "detector", "title", "resource", "account", "region", "state", "low", "expected", "high",
    "currency", "effort_minutes", "first_seen", "last_seen", "decided_by", "reason", "formula",
)  # fmt: skip


def response(findings: QuerySet[Finding]) -> StreamingHttpResponse:
    """All findings of the query as a download; amounts are a month's."""
    return download(_rows(findings), "findings.csv")


def _rows(findings: QuerySet[Finding]) -> Iterator[Sequence[object]]:
    yield HEADER
    for finding in findings.iterator(chunk_size=500):
        yield _cells(finding)


def _cells(finding: Finding) -> list[str]:
    return [
        finding.service.name, finding.owner_ref, finding.detector, finding.title, finding.resource, finding.account,
        finding.region, finding.state, str(finding.low), str(finding.expected), str(finding.high), finding.currency,
        str(finding.effort), finding.first_seen.isoformat(), finding.last_seen.isoformat(), finding.decided_by,
        finding.reason, str(finding.evidence.get("formula", "")),
    ]  # fmt: skip
