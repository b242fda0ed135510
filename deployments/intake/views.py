"""Pages of intake: accepted events, refused ones, and the looks into AWS."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from deployments.intake import present, refused
from deployments.intake.filters import IntakeFilter, RefusedFilter, described
from deployments.models import IntakeEvent, PullState, RefusedEvent
from deployments.models.intake import OPEN
from portal.access import policy

PER_PAGE = 25


def accepted(request: HttpRequest) -> HttpResponse:
    """Accepted events, newest first."""
    rows = IntakeEvent.objects.select_related("service", "deployment", "incident")
    bound = IntakeFilter(request.GET, queryset=rows)
    page = Paginator(bound.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": present.tabs(request.user, "intake-events"),
        "page": page,
        "lines": [(row, present.outcome(row.outcome)) for row in page],
        "filters": described(bound, "q", "service", "dialect", "kind", "sender"),
    }
    return render(request, "deployments/intake/events.html", context)


def refused_list(request: HttpRequest) -> HttpResponse:
    """Refused events, newest first; open ones without a filter."""
    _operator(request)
    bound = RefusedFilter(request.GET, queryset=RefusedEvent.objects.defer("raw"))
    page = Paginator(bound.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": present.tabs(request.user, "refused"),
        "page": page,
        "lines": [(row, present.badge(row.state)) for row in page],
        "filters": described(bound, "q", "dialect", "sender", "state"),
        "open": RefusedEvent.objects.filter(state=OPEN).count(),
    }
    return render(request, "deployments/intake/refused.html", context)


def refused_event(request: HttpRequest, pk: int) -> HttpResponse:
    """One refused event with what was sent."""
    _operator(request)
    row = get_object_or_404(RefusedEvent.objects.select_related("hook", "identity"), pk=pk)
    context = {"tabs": present.tabs(request.user, "refused"), "row": row, "badge": present.badge(row.state)}
    return render(request, "deployments/intake/refused_event.html", context)


@require_POST
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Replay or dismiss one event."""
    _operator(request)
    row = get_object_or_404(RefusedEvent, pk=pk)
    verbs: dict[str, Any] = {"replay": refused.replay, "dismiss": refused.dismiss}
    if verb not in verbs:
        raise Http404
    try:
        verbs[verb](row, request.user)
    except refused.CannotDecide as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The event is taken." if verb == "replay" else "The event is dismissed.")
    return redirect(row)


@require_POST
def replay_several(request: HttpRequest) -> HttpResponse:
    """Replay the chosen events, each by itself."""
    _operator(request)
    ids = [int(one) for one in request.POST.getlist("event")[:200] if one.isascii() and one.isdigit() and len(one) < 19]
    done = refused.replay_several(ids, request.user)
    taken = sum(1 for _, _, note in done if not note)
    if taken:
        messages.success(request, f"{taken} of {len(done)} events are taken.")
    if notes := [note for _, _, note in done if note]:
        messages.error(request, f"{len(notes)} are still refused. {notes[0]}")
    if not done:
        messages.error(request, "Choose events first.")
    return redirect(reverse("deployments:refused"))


def sources(request: HttpRequest) -> HttpResponse:
    """How old the last look into each account is, source by source."""
    rows = list(PullState.objects.all())
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context = {
        "tabs": present.tabs(request.user, "sources"),
        "page": page,
        "looks": [present.look(row) for row in page],
        "silent": sum(1 for row in rows if row.error),
        "total": len(rows),
    }
    return render(request, "deployments/intake/sources.html", context)


def _operator(request: HttpRequest) -> None:
    """What was sent may hold more than viewers should see."""
    if not policy.may_somewhere(request.user, "operator"):
        raise PermissionDenied("You need the role operator to see what was refused. Ask an admin for it.")
