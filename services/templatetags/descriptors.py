"""What a page says of an entity in words, and of its descriptor."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from portal.templatetags import colonnade
from services import naming
from services.imports import locations
from services.imports import queries as import_queries
from services.models import Entity, Location

register = template.Library()


@register.inclusion_tag("services/_descriptor_trouble.html")
def descriptor_trouble(entity: Entity) -> dict[str, Any]:
    """Notices of errors in the newest descriptor, of cycles, and of other sources that claim the name; mostly nothing."""
    return import_queries.trouble(entity)


@register.simple_tag
def what(entity: Entity) -> str:
    """Write what it is: "service", "Lambda function", "API · OpenAPI"."""
    return naming.what(entity.kind, entity.type)


@register.simple_tag
def type_words(entity: Entity) -> str:
    """Write its type beside its kind, a component's as its descriptor has it; nothing where the kind says it."""
    return entity.type if entity.kind == "component" else naming.typed(entity.kind, entity.type)


@register.simple_tag
def badge_type(entity: Entity) -> SafeString:
    """Draw the badge of its type."""
    return colonnade.badge(naming.typed(entity.kind, entity.type) or naming.ONE.get(entity.kind, entity.kind))


@register.simple_tag
def origin(entity: Entity) -> Location | None:
    """The registered location that the entity came through; None for what was written or found otherwise."""
    return next(iter(locations.behind(entity)), None)
