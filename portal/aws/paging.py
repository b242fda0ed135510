"""Walk all pages of a list call, by its own paginator or by token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TOKENS = (
    ("NextToken", "NextToken"),
    ("nextToken", "nextToken"),
    ("PaginationToken", "PaginationToken"),
    ("NextMarker", "Marker"),
    ("Marker", "Marker"),
    ("position", "position"),
)


def pages(client: Any, operation: str, key: str, **kwargs: Any) -> Iterator[dict[str, Any]]:
    """Every item under `key` of every page. Ends when no token, or the same token twice, comes back."""
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**kwargs):
            yield from page.get(key) or []
        return
    token_in, token, seen = "", "", set[str]()
    while True:
        extra = {token_in: token} if token else {}
        page = getattr(client, operation)(**kwargs, **extra)
        yield from page.get(key) or []
        token_in, token = next(((to, page[of]) for of, to in TOKENS if page.get(of)), ("", ""))
        if not token or token in seen:
            return
        seen.add(token)
