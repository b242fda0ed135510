"""Tombstones: the page of an entity that was removed says what it was, why and when it went, and how it may come back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from portal.access import policy
from services import naming, queries
from services.imports import locations
from services.models import Entity

View = Callable[..., HttpResponse]
VERSIONS = 10


def shown(view: View) -> View:
    """Let a page of an entity answer with its tombstone where the entity is gone."""

    @wraps(view)
    def wrapped(request: HttpRequest, kind: str, namespace: str, name: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, kind, namespace, name, *args, **kwargs)
        except Http404:
            removed = buried(f"{kind}:{namespace}/{name}")
            if removed is None:
                raise
            return _page(request, removed)

    return wrapped


def buried(ref: str) -> Entity | None:
    """The entity that had this ref and was removed last; None where there is a live one or never was any."""
    found = Entity.objects.by_refs([ref.lower()]).order_by("-removed_at")
    if any(entity.removed_at is None for entity in found):
        return None
    return found.first()


def _page(request: HttpRequest, removed: Entity) -> HttpResponse:
    behind = locations.behind(removed)
    versions = list(removed.versions.all()[:VERSIONS])
    by = versions[0].by if versions else ""
    nothing_said = f"Removed by {by}."
    context = {
        "entity": removed,
        "versions": versions,
        "by": by,
        # Who gave no reason left only the sentence that names them.
        "why": "" if removed.removed_why == nothing_said else removed.removed_why,
        "nothing_said": nothing_said,
        "kind_words": naming.ONE.get(removed.kind, removed.kind),
        "owner_url": queries.page_of(removed.owner_ref),
        "location": behind[0] if behind else None,
        "may_bring_back": bool(behind) and policy.may_somewhere(request.user, "editor"),
    }
    return render(request, "services/tombstone.html", context, status=410)
