"""Pages of imports: locations and their reports, registering, uploading."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from portal.access import policy
from services import queries
from services.descriptors import Problem
from services.imports import locations, uploads
from services.imports import queries as import_queries
from services.imports.forms import LocationForm, UploadForm
from services.ingest import Outcome
from services.models import Import, Location

PAGE = 50


@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """All locations, all files that were read by hand, and the problems in them."""
    return _page(request)


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    source, show = request.GET.get("source", "")[:300], request.GET.get("show", "")
    rows = import_queries.reports(request.user, source=source, mine=show == "mine", everything=show == "all")
    context = {
        "locations": import_queries.locations(),
        "by_hand": import_queries.by_hand(),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "source": source,
        "show": show,
        "errors": Import.objects.filter(state="error").count(),
        "total": Import.objects.count(),
        "may_add": policy.may_somewhere(request.user, "editor"),
        "location_form": LocationForm(),
        "upload_form": UploadForm(),
    }
    return render(request, "services/imports.html", context | more)


@require_GET
def location(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One location: how its last reading went, file by file and document by document."""
    place = get_object_or_404(Location, pk=pk)
    files = list(place.sources.order_by("-errors", "name"))
    rows = Import.objects.filter(source__in=[row.name for row in files]).order_by("state", "source", "document", "line")
    counts = {state: rows.filter(state=state).count() for state in ("ok", "error", "warning")}
    everything = request.GET.get("show") == "all"
    context = {
        "location": place,
        "page_url": queries.page_of(place.entity_ref),
        "words": import_queries.WORDS[place.state],
        "files": files,
        "file_words": import_queries.WORDS,
        "counts": counts,
        "page": Paginator(rows if everything else rows.exclude(state="ok"), PAGE).get_page(request.GET.get("page")),
        "everything": everything,
        "may_refresh": policy.may_somewhere(request.user, "editor"),
        "may_manage": locations.may_manage(request.user, place),
    }
    return render(request, "services/import.html", context)


@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """Register a location; editors of any team."""
    _require_editor(request)
    form = LocationForm(request.POST)
    if form.is_valid():
        try:
            found = locations.register(form.cleaned_data["type"], form.cleaned_data["target"], by=request.user)
        except Problem as problem:
            form.add_error("target", f"{problem.reason} {problem.remedy}")
        else:
            words = "It was registered before." if found.exists else "Registered; it is read within a minute."
            messages.success(request, words)
            return redirect(found.location)
    answer = _page(request, location_form=form)
    answer.status_code = 400
    return answer


@require_POST
def refresh(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read a location again now; editors of any team."""
    _require_editor(request)
    place = get_object_or_404(Location, pk=pk)
    locations.hasten([place], request.user)
    messages.success(request, "It is read again within a minute.")
    return redirect(place)


@require_POST
def unregister(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget a location and what only it produced."""
    place = get_object_or_404(Location, pk=pk)
    if not locations.may_manage(request.user, place):
        raise PermissionDenied("Only who registered a location, or an editor of everything, may unregister it.")
    gone = locations.unregister(place, request.user)
    messages.success(request, f"Unregistered; {gone} entities went with it.")
    return redirect("services:imports")


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Check or store a file; editors, each for the teams they edit."""
    _require_editor(request)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        answer = _page(request, upload_form=form)
        answer.status_code = 400
        return answer
    dry_run = "check" in request.POST
    outcome: Outcome = uploads.upload(
        form.cleaned_data["raw"], form.cleaned_data["name"], request.user, dry_run=dry_run
    )
    return _page(request, upload_form=form, outcome=outcome, dry_run=dry_run)


def _require_editor(request: HttpRequest) -> None:
    if not policy.may_somewhere(request.user, "editor"):
        policy.require(request.user, "editor")
