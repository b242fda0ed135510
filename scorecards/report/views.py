"""The report as a page (made to be printed) and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.csvfile import download
from scorecards import filters
from scorecards.report import compare
from scorecards.report.period import Period, period_of
from scorecards.report.summary import report
from services.models import Entity

COLUMNS = ("service", "title", "team", "level_before", "level_after", "score_before", "score_after", "change")


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """`from` and `to` are the days; `team tier lifecycle` choose the services."""
    period, services = period_of(request.GET, timezone.now()), filters.services(request)
    context = {
        **report(services, period, filters.scope_of(request)),
        "filters": controls(request, period),
        "query": request.GET.urlencode(),
    }
    return render(request, "scorecards/report.html", context)


def controls(request: HttpRequest, period: Period) -> list[dict[str, Any]]:
    """The controls of the maturity page, with two dates."""
    kept = [one for one in filters.controls(request, Entity.objects.services()) if one["name"] != "since"]
    dates = (("from", "From", period.start), ("to", "To", period.end))
    return [*kept, *({"name": n, "label": t, "type": "date", "value": d.date().isoformat()} for n, t, d in dates)]


@require_GET
def csv(request: HttpRequest) -> HttpResponseBase:
    """Every service of the report with both dates, one a line."""
    period = period_of(request.GET, timezone.now())
    name = f"maturity-{period.start:%Y-%m-%d}-{period.end:%Y-%m-%d}.csv"
    return download(_lines(filters.services(request), period), name)


def _lines(services: QuerySet[Entity], period: Period) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    before, after = compare.stands(services, period.start), compare.last_stands(services, period)
    nothing = compare.Stand(None, "")
    for entity in services.iterator(chunk_size=500):
        then, now = before.get(entity.pk, nothing), after.get(entity.pk, nothing)
        change = None if then.score is None or now.score is None else round(now.score - then.score, 1)
        yield (
            entity.ref, entity.label, entity.owner_ref, then.level, now.level, then.score, now.score, change,
        )  # fmt: skip
