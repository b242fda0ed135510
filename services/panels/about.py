"""The card "About": whose it is, where it came from, where to read more."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from services import queries
from services.descriptors.links import safe_link
from services.models import Entity


def context(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    """Links that are safe to follow, the relations to people and systems, and the source."""
    people = queries.by_refs(ref for ref in (entity.owner_ref, entity.system_ref) if ref)
    links = [
        {
            "url": safe_link(link.get("url")),
            "title": link.get("title") or link.get("url", ""),
            "type": link.get("type", ""),
        }
        for link in entity.links
        if safe_link(link.get("url"))
    ]
    return {
        "entity": entity,
        "links": links,
        "owner": people.get(entity.owner_ref),
        "system": people.get(entity.system_ref),
        "parents": [end for end in queries.targets(entity, "partOf") if end[0] != entity.system_ref],
        "discovered": entity.source == "discovery",
        "place": {part: entity.annotations.get(f"aws/{part}", "") for part in ("arn", "account", "region")},
    }
