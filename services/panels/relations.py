"""The card "Relations": every relation in words."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from services import queries
from services.models import Entity

# Said by cards of their own.
ELSEWHERE = ("ownedBy", "partOf", "dependencyOf", "apiProvidedBy", "apiConsumedBy", "dependsOn")


def context(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """All relations that no other card of the page shows; nothing where there are none."""
    without = ELSEWHERE if entity.kind in {"api", "resource"} else ()
    relations = queries.all_targets(entity, without)
    return {"entity": entity, "relations": relations} if relations else None
