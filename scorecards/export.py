"""The maturity page as CSV: one line a service, with every pillar's score."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from portal.csvfile import download
from scorecards.engine.check import PILLARS
from scorecards.engine.scoring import OVERALL
from scorecards.models import ScorePoint
from services.models import Entity

COLUMNS = (
    "service",
    "title",
    "team",
    "tier",
    "lifecycle",
    "level",
    "confidence",
    OVERALL,
    *PILLARS,
    "as_of",
    "waived_checks",
)


def _lines(services: QuerySet[Entity], when: datetime | None) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    points: dict[int, dict[str, ScorePoint]] = {}
    for part in ScorePoint.objects.filter(entity__in=services.order_by()).defer("cause_detail").parts_at(when):
        for point in part:
            points.setdefault(point.entity_id, {})[point.pillar] = point
    for entity in services.iterator(chunk_size=500):
        mine = points.get(entity.pk, {})
        total = mine.get(OVERALL)
        scores = [mine[name].score if name in mine else None for name in (OVERALL, *PILLARS)]
        yield (
            entity.ref, entity.label, entity.owner_ref, entity.tier, entity.lifecycle,
            total.level if total else "unknown", total.confidence if total else None, *scores,
            total.valid_from.isoformat() if total else "", total.waived_checks if total else 0,
        )  # fmt: skip


def response(services: QuerySet[Entity], when: datetime | None = None) -> StreamingHttpResponse:
    """Every service that the address asks for, as it stands or stood at an instant."""
    name = f"maturity-{when:%Y-%m-%d}.csv" if when else "maturity.csv"
    return download(_lines(services, when), name)
