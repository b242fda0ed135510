"""Pages of the scorecards: filter, query, render."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal.access import audit, policy
from scorecards import as_of, checklist, export, filters, maturity, queries
from scorecards.engine.check import FAIL, STATES
from scorecards.evaluate import evaluate_service
from scorecards.models import TEAM, CheckVersion, ScorePoint
from scorecards.queries import service
from scorecards.words import pillar_label
from services.models import Entity

MOVED = 6
#: So many movements are listed; those of a large fleet in a month are far more than anybody pages through.
MOST = 2_000


def maturity_page(request: HttpRequest) -> HttpResponse:
    """Where all services stand."""
    view, chosen = as_of.view_of(request), filters.services(request)
    since = maturity.since_of(request, view.now)
    scope = filters.scope_of(request)
    pillars, teams = maturity.team_rows(chosen, since, view, scope)
    dates = maturity.calendar(chosen, view.now, scope)
    moved = queries.movements(chosen, since, view.now, teams=not _filtered(request))[:MOVED]
    context = {
        "view": view,
        "narrowed": scope is None,
        "filters": [*filters.controls(request, Entity.objects.services()), as_of.control(request)],
        "summary": maturity.summary(chosen, view, scope),
        "since": max(since, dates[0]) if dates else since,
        "bars": maturity.level_bars(chosen, dates, scope),
        "parts": maturity.PARTS,
        "moved": [maturity.Moved.of(point, address_of(point)) for point in moved],
        "pillars": [pillar_label(pillar) for pillar in pillars],
        "teams": teams,
        "target": queries.TARGET,
        "query": request.GET.urlencode(),
    }
    return render(request, "scorecards/maturity.html", context)


def _filtered(request: HttpRequest) -> bool:
    return any(request.GET.get(name) for name in ("team", "tier", "lifecycle"))


def address_of(point: ScorePoint) -> str:
    """The page of a point's scope: a service's scorecard, a team's services, or all."""
    if point.entity_id is None:
        name = point.scope_ref.rpartition("/")[2]
        return f"{reverse('scorecards:maturity')}?team={name}" if point.scope_type == TEAM else ""
    kind, _, rest = point.scope_ref.partition(":")
    namespace, _, name = rest.partition("/")
    return reverse("services:entity-tab", args=[kind, namespace, name, "scorecard"])


def movements(request: HttpRequest) -> HttpResponse:
    """Everything that moved in the window, newest first."""
    chosen, view = filters.services(request), as_of.view_of(request)
    rows = queries.movements(chosen, maturity.since_of(request, view.now), view.now, teams=False)
    page = Paginator(rows[:MOST], 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "capped": page.paginator.count == MOST,
        "moved": [maturity.Moved.of(point, address_of(point)) for point in page],
        "view": view,
        "filters": [*filters.controls(request, Entity.objects.services()), as_of.control(request)],
    }
    return render(request, "scorecards/movements.html", context)


def maturity_csv(request: HttpRequest) -> HttpResponseBase:
    """The services of the maturity page as CSV, of now or as of a day."""
    return export.response(filters.services(request), as_of.view_of(request).when)


def checks(request: HttpRequest) -> HttpResponse:
    """Every check in force with how many services pass it."""
    everything: Any = CheckVersion.objects.standing()
    chosen = filters.CheckFilter(request.GET, queryset=everything, request=request)
    rows = checklist.rows(chosen.qs if chosen.is_valid() else everything.none())
    context = {
        "rows": rows,
        "total": everything.count(),
        "filters": filters.check_controls(request, everything),
        "faults": checklist.faults(),
    }
    return render(request, "scorecards/checks.html", context)


def check(request: HttpRequest, check_id: str) -> HttpResponse:
    """One check: what it asks, who fails it, and its versions."""
    versions = list(CheckVersion.objects.filter(check_id=check_id).order_by("-version"))
    if not versions:
        raise Http404
    found = versions[0]
    asked = request.GET.get("state", FAIL)
    state = asked if asked in STATES else FAIL
    page = Paginator(checklist.results(check_id, state), 50).get_page(request.GET.get("page"))
    context = {
        "check": checklist.row(found),
        "versions": versions,
        "page": page,
        "services": checklist.services(list(page)),
        "state": state,
        "states": checklist.state_links(found, state),
        "conditions": checklist.conditions(found),
    }
    return render(request, "scorecards/check.html", context)


@require_POST
def evaluate(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """Evaluate one service now; for editors of its team."""
    entity = service(kind, namespace, name)
    policy.require(request.user, "editor", entity.owner_ref)
    audit.record(request.user, "scorecards.evaluate", entity.ref)
    tally = evaluate_service(entity)
    if tally.given_up:
        messages.info(request, f"{entity.label} is being evaluated by a worker at this moment.")
    else:
        said = f"{tally.results} results changed" if tally.results else "nothing has changed"
        messages.success(request, f"{entity.label} has been evaluated: {said}.")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else entity.get_absolute_url())
