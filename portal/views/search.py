"""Search everything: each plugin's source answers for what it knows."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.plugins import SearchHit
from portal.plugins import search as sources

log = logging.getLogger(__name__)
LIMIT = 8


def find(request: HttpRequest, text: str) -> list[tuple[str, list[SearchHit]]]:
    """Hits by label of their source; a source that fails is left out."""
    groups: list[tuple[str, list[SearchHit]]] = []
    for source in sources.items():
        try:
            hits = source.search(request.user, text, LIMIT)  # type: ignore[arg-type]
        except Exception:  # a plugin may fail in any way
            log.exception("search source %s failed", source.key)
            continue
        if hits:
            groups.append((source.label, hits[:LIMIT]))
    return groups


def search(request: HttpRequest) -> HttpResponse:
    """The search page, or its fragment for the dialog."""
    query = request.GET.get("q", "").strip()[:100]
    template = "portal/_search_results.html" if request.headers.get("HX-Request") else "portal/search.html"
    return render(request, template, {"query": query, "groups": find(request, query) if query else []})
