"""What a page of an entity says of its descriptor."""

from __future__ import annotations

from typing import Any

from django import template

from services.imports import queries as import_queries
from services.models import Entity

register = template.Library()


@register.inclusion_tag("services/_descriptor_trouble.html")
def descriptor_trouble(entity: Entity) -> dict[str, Any]:
    """Notices of errors in the newest descriptor, of cycles, and of other sources that claim the name; mostly nothing."""
    return import_queries.trouble(entity)
