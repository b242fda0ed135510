"""The list of what kind of thing each service is, and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from portal.csvfile import download
from services import facts
from services.kinds import filters as kinds_filters
from services.kinds.judgement import ADVICE, MESH, SERVERLESS
from services.models import Entity
from services.panels import database, serverless

PAGE = 50
COLUMNS = (
    "ref", "owner", "tier", "serverless", "in_the_way", "mesh", "mesh_misfits", "mesh_added_ms", "database", "severity",
    "pair", "fits_best", "closed_by_aws", "confidence",
)  # fmt: skip


def kinds(request: HttpRequest) -> HttpResponse:
    """Every service with its three verdicts, filtered by the address; two queries and the count for a page."""
    rows = kinds_filters.answer(request)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(entity, said) for entity, said in _with_verdicts(page)],
        "filters": kinds_filters.controls(request),
        "filtered": any(value for name, value in request.GET.items() if name != "page"),
    }
    return render(request, "services/kinds.html", context)


def export(request: HttpRequest) -> StreamingHttpResponse:
    """Exactly the filtered services as CSV, without pages."""
    return download(_lines(kinds_filters.answer(request)), "kinds.csv")


def _with_verdicts(entities: Iterable[Entity]) -> list[tuple[Entity, Mapping[str, Mapping[str, Any]]]]:
    listed = list(entities)
    views = facts.bulk_current(listed, keys=(SERVERLESS, MESH, ADVICE))
    return [(entity, {key: view.value for key, view in views.get(entity.pk, {}).items()}) for entity in listed]


def _row(entity: Entity, said: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    verdict = str(said.get(SERVERLESS, {}).get("verdict", "none"))
    state, icon = serverless.VERDICT[verdict]
    advice = said.get(ADVICE)
    words = database.verdict_words(advice["match"], advice["severity"]) if advice else None
    return {
        "entity": entity,
        "serverless": {"state": state, "icon": icon, "words": serverless.TITLES[verdict],
                       "note": ", ".join(text.partition(": ")[2] for text in said.get(SERVERLESS, {}).get("obstacles", ())[:3])},
        "mesh": said.get(MESH),
        "advice": advice,
        "database": {"state": words[0], "icon": words[1], "words": words[2]} if words else None,
    }  # fmt: skip


def _lines(rows: Any) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    total = rows.count()
    for start in range(0, total, 500):
        for entity, said in _with_verdicts(rows[start : start + 500]):
            less, mesh, advice = said.get(SERVERLESS, {}), said.get(MESH, {}), said.get(ADVICE, {})
            yield (
                entity.ref, entity.owner_ref, entity.tier, less.get("verdict"), " ".join(less.get("obstacles", ())),
                mesh.get("technology"), " ".join(mesh.get("misfits", ())), mesh.get("added_ms"), advice.get("match"),
                advice.get("severity"), advice.get("pair"), advice.get("first"), " ".join(advice.get("retired", ())),
                advice.get("confidence"),
            )  # fmt: skip
