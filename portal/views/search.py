"""Search everything: each plugin's source answers for what it knows."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from portal.context import shell
from portal.plugins import SearchHit
from portal.plugins import search as sources

log = logging.getLogger(__name__)
LIMIT = 8


@dataclass(frozen=True)
class Group:
    """The hits of one source."""

    label: str
    hits: list[SearchHit]


def find(request: HttpRequest, text: str) -> list[Group]:
    """Hits by source, then pages to go to; a source that fails is left out."""
    groups: list[Group] = []
    for source in sources.items() if text else ():
        try:
            hits = source.search(request.user, text, LIMIT)  # type: ignore[arg-type]
        except Exception:  # a plugin may fail in any way
            log.exception("search source %s failed", source.key)
            continue
        if hits:
            groups.append(Group(source.label, hits[:LIMIT]))
    pages = _pages(request, text)
    return [*groups, Group("Go to", pages)] if pages else groups


def _pages(request: HttpRequest, text: str) -> list[SearchHit]:
    """Entries of the navigation whose name has a word that begins with the text."""
    wanted = text.lower()
    return [
        SearchHit(entry.item.label, entry.url, "page", entry.item.icon)
        for entry in shell(request)["nav_items"]
        if not wanted or any(word.startswith(wanted) for word in entry.item.label.lower().split())
    ]


def search(request: HttpRequest) -> HttpResponse:
    """The search page, or for the dialog its options."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    dialog = bool(request.headers.get("HX-Request"))
    groups = find(request, query) if query or dialog else []
    template = "portal/_search_options.html" if dialog else "portal/search.html"
    answer = render(request, template, {"query": query, "groups": groups})
    patch_vary_headers(answer, ["HX-Request"])
    return answer
