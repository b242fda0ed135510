"""The card "What leans on it": services and resources that depend on an entity, and callers of the APIs it provides."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from services import queries
from services.models import Entity
from services.panels.leans_on import of_service

FEW = 6


def context(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """The first few that depend on it with how many there are; nothing to show where there are none."""
    some, total = queries.some_targets(entity, "dependencyOf", FEW)
    if not some:
        return None
    return {"entity": entity, "lines": [of_service(ref, user) for ref, user in some], "total": total}
