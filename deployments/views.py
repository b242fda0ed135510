"""Pages: the list of deployments, and the start of a rollout."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from deployments import csv_export, present, queries
from deployments.filters import DeploymentFilter, described
from deployments.forms import StartForm
from deployments.rollouts.start import CannotStart, start
from deployments.rollouts.views import card
from deployments.targets import choosing
from deployments.targets.contract import targets
from portal.access import policy
from services.models import Entity

PER_PAGE = 25


def overview(request: HttpRequest) -> HttpResponseBase:
    """Running rollouts on top, then deployments of every source."""
    bound = DeploymentFilter(request.GET, queryset=queries.deployments())
    if request.GET.get("format") == "csv":
        return csv_export.response(bound.qs)
    page = Paginator(bound.qs, PER_PAGE).get_page(request.GET.get("page"))
    active = list(queries.active_rollouts()[:20])
    judgements = queries.last_judgements(active)
    context = {
        "page": page,
        "rows": [(row, present.deployment_badge(row.state)) for row in page],
        "filters": described(bound),
        "filtered": any(request.GET.get(name) for name in ("service", "state", "team", "q", "environment")),
        "running": [card(rollout, judgements.get(rollout.pk)) for rollout in active],
        "may_start": policy.may_somewhere(request.user, "operator"),
    }
    return render(request, "deployments/list.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Start a rollout."""
    entity = get_object_or_404(Entity.objects.services(), name=request.GET.get("service", "").rpartition("/")[2])
    policy.require(request.user, "operator", entity.owner_ref)
    kinds = choosing.kinds_for(entity)
    kind = targets.get(request.GET.get("kind", "")) or kinds[0]
    form = StartForm(request.POST or None, entity=entity, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(start(entity, by=request.user.get_username(), **form.cleaned_data))
        except CannotStart as error:
            form.add_error(None, str(error))
    status = 422 if form.errors else 200
    context = {"form": form, "entity": entity, "kind": kind, "tabs": choosing.tabs(kinds, kind, entity)}
    return render(request, "deployments/new.html", context, status=status)
