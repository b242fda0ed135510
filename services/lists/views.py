"""The catalog's list and its saved views."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from portal.access import policy
from services.lists import export, facet_links, saved_views
from services.lists.listing import Listing, listing
from services.lists.own_columns import offered
from services.lists.table import table
from services.models import Entity, SavedView

PAGE = 50
WHOSE = [("", "everybody's"), ("true", "mine")]


@require_GET
def entity_list(request: HttpRequest) -> HttpResponse:
    """The catalog, filtered by the address."""
    asked = listing(request)
    htmx: Any = request.htmx  # type: ignore[attr-defined]  # set by HtmxMiddleware
    if htmx and htmx.target == "results" and not htmx.history_restore_request:
        answer = render(request, "services/_results.html", _results(request, asked))
        answer["HX-Push-Url"] = f"{request.path}?{asked.query}" if asked.query else request.path
    else:
        answer = render(request, "services/list.html", _results(request, asked))
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


def _results(request: HttpRequest, asked: Listing) -> dict[str, Any]:
    page = Paginator(asked.rows.values_list("pk", flat=True), PAGE).get_page(request.GET.get("page"))
    # Ids first: a database that sorts whole rows carries every descriptor through the sort.
    found = Entity.objects.defer("source_sha").in_bulk(list(page))
    shown = [found[pk] for pk in page if pk in found]
    views = list(saved_views.visible(request.user))
    return {
        "page": page,
        "table": table(shown, request, asked.columns),
        "headers": _headers(asked),
        "kinds": facet_links.kinds(asked),
        "facets": facet_links.boxes(asked),
        "chosen": list(facet_links.chosen(asked)),
        "troubles": asked.troubles,
        "kept": [(name, value) for name, values in asked.kept.lists() for value in values],
        "columns": [(column, column in asked.columns) for column in offered()],
        "views": [(view, view.query == asked.query) for view in views],
        "query": asked.query,
        "teams": _teams(request),
        "whose": WHOSE,
        "may_create": policy.may_somewhere(request.user, "editor"),
        "empty": not asked.query and not page.paginator.count and not Entity.objects.live().exists(),
    }


def _headers(asked: Listing) -> list[dict[str, str]]:
    """The headers: which way a click sorts, and which way it is sorted now; no `next` where it does not sort."""
    now = asked.readable.get("sort", "name")
    found = []
    for key, title, align in [("name", "Name", "left"), *((c.sort, c.title, c.align) for c in asked.columns)]:
        state = "ascending" if key and now == key else "descending" if key and now == f"-{key}" else "none"
        following = f"-{key}" if state == "ascending" else key
        found.append({"title": title, "next": following, "state": state, "align": align})
    return found


def _teams(request: HttpRequest) -> list[tuple[str, str]]:
    """The teams with which this person may share a view."""
    refs = [team for team in policy.teams(request.user) if policy.may(request.user, "editor", team)]
    return [(ref, ref.rpartition("/")[2]) for ref in refs]


@require_GET
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """Exactly the rows and columns shown as CSV, without pages."""
    asked = listing(request)
    return export.as_csv(asked.rows, asked.columns, request)


@require_GET
def export_json(request: HttpRequest) -> HttpResponseBase:
    """Exactly the rows and columns shown as JSON, without pages."""
    asked = listing(request)
    return export.as_json(asked.rows, asked.columns, request)


@require_GET
def views(request: HttpRequest) -> HttpResponse:
    """Saved views with what one may do to each."""
    rows = [(view, saved_views.may_change(request.user, view)) for view in saved_views.visible(request.user)]
    return render(request, "services/views.html", {"rows": rows})


@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """Save the list as it is shown; a view of the same name that one may change takes the new address."""
    name, query = request.POST.get("name", ""), request.POST.get("query", "")
    team = request.POST.get("team_ref", "")
    try:
        found = saved_views.named(request.user, name, team)
        view = (
            saved_views.change(request.user, found, query=query)
            if found
            else saved_views.create(request.user, name, query, team)
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('services:list')}?{query[: saved_views.LONGEST_QUERY]}")
    messages.success(request, f"The view {view.name} is saved.")
    return redirect(view)


@require_POST
def view_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a view another name."""
    view = _view(request, pk)
    try:
        saved_views.change(request.user, view, name=request.POST.get("name", ""))
        messages.success(request, f"The view is called {view.name} now.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("services:views")


@require_POST
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a view."""
    view = _view(request, pk)
    saved_views.delete(request.user, view)
    messages.success(request, f"The view {view.name} is deleted.")
    return redirect("services:views")


def _view(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(saved_views.visible(request.user), pk=pk)
