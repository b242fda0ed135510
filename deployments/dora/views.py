"""Pages: the report, and the deployments behind a figure, where people mark what failed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from deployments.dora import asked, behind, export, filters, mark, report, words
from deployments.models import Deployment
from portal.access import policy

PER_PAGE = 25


def overview(request: HttpRequest) -> HttpResponseBase:
    """The five metrics, their trend, and the groups."""
    question = asked.read(request.GET)
    found = report.build(question)
    if request.GET.get("format") == "csv":
        return export.response(found, question.by)
    page = Paginator(found.lines, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "report": found, "verdict": words.verdict(found), "contained": words.contained(found), "tiles": words.tiles(found),
        "asked": question, "filters": filters.described(request.GET),
        "page": page, "rows": words.rows(page, question.by, _query(request)), "query": _query(request),
        "filtered": any(request.GET.get(name) for name in ("service", "team", "system", "domain")),
    }  # fmt: skip
    return render(request, "deployments/dora/report.html", context)


def deployments(request: HttpRequest, name: str) -> HttpResponseBase:
    """The deployments of one class."""
    if name not in behind.CLASSES:
        raise Http404
    question = asked.read(request.GET)
    rows = behind.deployments(question, name)
    if request.GET.get("format") == "csv":
        return export.deployments(behind.explained(rows), name)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    found = behind.counted(
        behind.explained(rows)[page.start_index() - 1 : page.end_index()] if page.paginator.count else []
    )
    context = {
        "page": page, "title": behind.CLASSES[name][0], "name": name, "asked": question, "query": _query(request),
        "rows": [(one, policy.may(request.user, "editor", one.row.owner_ref)) for one in found],
        "classes": [(key, title, key == name) for key, (title, _) in behind.CLASSES.items()],
        "filters": filters.described(request.GET, whole=False),
    }  # fmt: skip
    return render(request, "deployments/dora/behind.html", context)


@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Mark a deployment as failed, or take that back; editors of the owning team, with a reason."""
    if action not in ("mark", "unmark"):
        raise Http404
    row = get_object_or_404(Deployment.objects.select_related("service"), pk=pk)
    policy.require(request.user, "editor", row.owner_ref)
    reason = request.POST.get("reason", "").strip()
    if not reason or len(reason) > mark.LONGEST_REASON or "\x00" in reason:
        messages.error(request, f"Give a reason of at most {mark.LONGEST_REASON} characters.")
        return redirect(_back(request))
    try:
        getattr(mark, action)(row, reason, request.user)
    except mark.NotMarked as error:
        messages.error(request, str(error))
    else:
        done = "counts as failed from now on" if action == "mark" else "is not marked as failed any more"
        messages.success(request, f"{row.service.label} {row.version} {done}.")
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """Where the person came from, if that is a page of ours."""
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}) and there.startswith("/")
    return there if safe else "deployments:dora"


def _query(request: HttpRequest) -> str:
    """The question as an address carries it from page to page."""
    kept = {name: request.GET[name] for name in asked.AskForm.base_fields if request.GET.get(name)}
    return urlencode(kept)


def panel(request: HttpRequest, entity: Any) -> dict[str, Any]:
    """The tab of a service: its own figures over the window in the address."""
    values = {name: request.GET[name] for name in ("days", "since", "until", "every") if request.GET.get(name)}
    question = asked.read({**values, "service": entity.name})
    found = report.build(question)
    return {
        "entity": entity, "report": found, "tiles": words.tiles(found), "asked": question,
        "query": urlencode({**values, "service": entity.name}),
    }  # fmt: skip


def of_team(request: HttpRequest, entity: Any) -> dict[str, Any] | None:
    """The card of a team: the figures of its services over the usual window; nothing while nothing was deployed."""
    found = report.build(asked.read({"team": entity.name}))
    if found.empty:
        return None
    return {"report": found, "tiles": words.tiles(found), "query": urlencode({"team": entity.name})}
