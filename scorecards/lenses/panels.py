"""The tab “Review” of services and the panel on the pages of systems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from portal.access import policy
from scorecards.engine.lens.document import Pillar
from scorecards.lenses import filters, standing, words
from scorecards.models import Lens, Review
from services.models import Entity


@dataclass(frozen=True, slots=True)
class Line:
    """One review in short."""

    review: Review
    state: str
    sentence: str
    detail: str
    counts: dict[str, int]
    pillars: list[tuple[Pillar, dict[str, int]]]


def tab(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    """Every review of a service or system."""
    reviews = list(filters.reviews().filter(entity=entity))
    every = standing.of_reviews(reviews)
    published = Lens.objects.exclude(versions__published_at=None).exclude(pk__in=[one.lens_id for one in reviews])
    return {
        "entity": entity,
        "lines": [_line(review, every[review.pk]) for review in reviews],
        "may_edit": policy.may(request.user, "editor", entity.owner_ref),
        "more_lenses": published.exists(),
    }


def _line(review: Review, standings: list[standing.Standing]) -> Line:
    counts = standing.risks(standings)
    state, sentence, detail = words.headline(counts, standing.by_risk(standings))
    pillars = {one.pillar.id: one.pillar for one in standings}
    rows = [
        (pillar, standing.risks(one for one in standings if one.pillar.id == pillar.id)) for pillar in pillars.values()
    ]
    return Line(review, state, sentence, detail, counts, rows)
