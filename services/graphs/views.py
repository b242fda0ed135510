"""The page of relations around one entity, chosen by the address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from services.models import Entity
from services.panels import graph as drawn


@require_GET
def graph(request: HttpRequest) -> HttpResponse:
    """`focus` is a ref, `depth` 1 to 4 steps, `types` the relations that are followed."""
    focus = request.GET.get("focus", "").strip().lower()
    entity = Entity.objects.by_ref(focus).first() if len(focus) <= 200 and "\x00" not in focus else None
    context = drawn.context(request, entity) if entity else {}
    return render(request, "services/graph.html", {"entity": entity, "focus": focus, **context})
