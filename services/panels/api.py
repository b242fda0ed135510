"""An API's page: who provides and calls it, and its definition as text."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from services import queries
from services.models import Entity
from services.panels.leans_on import of_service

FEW = 12
SHOWN = 200_000  # characters; the descriptor's file has the rest


def ends(request: HttpRequest, api: Entity) -> dict[str, Any]:
    """Providers and callers, the first few with how many there are."""
    groups = []
    for relation, title, none in (
        (
            "apiProvidedBy",
            "Provided by",
            "Nobody says that it provides this API. A component's spec.providesApis says so.",
        ),
        ("apiConsumedBy", "Called by", "Nobody says that it calls this API. A component's spec.consumesApis says so."),
    ):
        some, total = queries.some_targets(api, relation, FEW)
        lines = [of_service(ref, one) for ref, one in some]
        groups.append(
            {"title": title, "lines": lines, "total": total, "none": none, "calls": relation == "apiConsumedBy"}
        )
    return {"entity": api, "groups": groups}


def definition(request: HttpRequest, api: Entity) -> dict[str, Any] | None:
    """The definition as it was written; nothing where there is none or it is no text."""
    text = api.spec.get("definition")
    if not isinstance(text, str) or not text.strip():
        return None
    lines = text.count("\n") + (not text.endswith("\n"))
    return {"entity": api, "text": text[:SHOWN], "cut": len(text) > SHOWN, "lines": lines}
