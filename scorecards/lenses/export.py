"""The reviews of the list as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from portal.bulk import batches
from portal.csvfile import download
from scorecards.lenses import standing
from scorecards.models import Review

COLUMNS = ("entity", "owner", "lens", "high", "medium", "none", "unanswered", "not_applicable", "last_answered")
BATCH = 200


def _lines(reviews: QuerySet[Review]) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    for batch in batches(reviews.iterator(chunk_size=BATCH), BATCH):
        every = standing.of_reviews(batch)
        for row in batch:
            counted = standing.risks(every[row.pk])
            figures = (counted[name] for name in ("HIGH", "MEDIUM", "NONE", "UNANSWERED", "NOT_APPLICABLE"))
            yield (row.entity.ref, row.owner_ref, row.lens.key, *figures, row.changed_at.isoformat())


def response(reviews: QuerySet[Review]) -> StreamingHttpResponse:
    """Every review that the address asks for."""
    return download(_lines(reviews), "reviews.csv")
