"""Findings as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from costs.models import Finding

HEADER = (
    "service", "team", "detector", "title", "resource", "account", "region", "state", "low", "expected", "high",
    "currency", "effort_minutes", "first_seen", "last_seen", "decided_by", "reason", "formula",
)  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, value: str) -> str:
        return value


def rows(findings: Iterable[Finding]) -> Iterator[str]:
    """CSV lines, the header first; amounts are a month's."""
    writer = csv.writer(_Echo())
    yield writer.writerow(HEADER)
    for finding in findings:
        yield writer.writerow([safe(cell) for cell in _cells(finding)])


def safe(cell: str) -> str:
    """A cell that a spreadsheet reads as text: an apostrophe goes before what could start a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _cells(finding: Finding) -> list[str]:
    return [
        finding.service.name, finding.owner_ref, finding.detector, finding.title, finding.resource, finding.account,
        finding.region, finding.state, str(finding.low), str(finding.expected), str(finding.high), finding.currency,
        str(finding.effort), finding.first_seen.isoformat(), finding.last_seen.isoformat(), finding.decided_by,
        finding.reason, str(finding.evidence.get("formula", "")),
    ]  # fmt: skip
