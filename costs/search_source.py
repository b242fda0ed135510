"""Findings in the search."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Q

from costs import queries, words
from costs.detectors import DETECTORS
from portal.plugins import SearchHit


def search(user: User, text: str, limit: int) -> list[SearchHit]:
    """Open findings whose title, resource or service holds the text, the largest saving first."""
    wanted = Q(title__icontains=text) | Q(resource_name__icontains=text) | Q(service__name__icontains=text)
    rows = queries.open_findings().filter(wanted).defer("evidence", "service__data")[:limit]
    return [
        SearchHit(
            row.title, row.get_absolute_url(), f"{row.service.name} · {words.span(row.saving)} a month",
            DETECTORS[row.detector].icon if row.detector in DETECTORS else "coin",
        )
        for row in rows
    ]  # fmt: skip
