"""Columns in lists of services: the glyph, the level and the step of 30 days."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import timezone

from portal.templatetags import colonnade as tags
from scorecards.engine.scoring import OVERALL
from scorecards.queries import TARGET, Standing, standings
from services.models import Entity


def _standings(entities: Sequence[Entity], request: HttpRequest) -> dict[int, Standing]:
    """Read once for the three columns of a page; only services are judged, other kinds have empty cells."""
    services = [entity for entity in entities if entity.kind == "component"]
    cache: dict[int, Standing] = request.__dict__.setdefault("_scorecard_standings", {})
    missing = [entity for entity in services if entity.pk not in cache]
    if missing:
        cache.update(standings(missing, timezone.now()))
    return {entity.pk: cache[entity.pk] for entity in services}


def glyphs(entities: Sequence[Entity], request: HttpRequest) -> dict[int, str]:
    """The five pillars, small."""
    return {pk: tags.small_glyph(found.glyph(), TARGET) for pk, found in _standings(entities, request).items()}


def levels(entities: Sequence[Entity], request: HttpRequest) -> dict[int, str]:
    """The level's badge."""
    return {pk: tags.level(found.level) for pk, found in _standings(entities, request).items()}


def steps(entities: Sequence[Entity], request: HttpRequest) -> dict[int, str]:
    """How far the overall score moved in 30 days, or since the history began."""
    return {pk: tags.trend(found.deltas.get(OVERALL)) for pk, found in _standings(entities, request).items()}
