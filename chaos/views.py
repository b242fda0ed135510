"""Pages of chaos: filter, query, render. No page asks AWS; blast radii are stored with their age."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from chaos import approvals, claim, csv_export, experiments, halts, pages, queries, start, suggest
from chaos.engine.definition import Invalid
from chaos.filters import ExperimentFilter
from chaos.forms import ReasonForm
from chaos.models import EVERYTHING, ExperimentRun
from portal.access import policy
from portal.jobs import queue
from services import facts
from services.models import Entity


def experiment_list(request: HttpRequest) -> HttpResponseBase:
    """All experiments with their newest verdict and next run; what runs now on top. `?format=csv` downloads them."""
    chosen = ExperimentFilter(request.GET, queryset=queries.experiments())
    if request.GET.get("format") == "csv":
        return csv_export.response(chosen.qs)
    page = Paginator(chosen.qs, 25).get_page(request.GET.get("page"))
    context = {
        "filters": chosen,
        "page": page,
        "rows": pages.list_rows(queries.rows(list(page.object_list))),
        "running": pages.running_rows(queries.under_way()[:10]),
        "halts": [(halt, halts.may_clear(request.user, halt.scope)) for halt in halts.standing()],
        "halted": halts.standing().filter(scope=EVERYTHING).exists(),
        "may_import": policy.may_somewhere(request.user, "editor"),
        "unpromised": halts.UNPROMISED if connection.vendor == "sqlite" else "",
        "may_halt": policy.may_somewhere(request.user, "operator"),
        "reason": ReasonForm(),
    }
    if request.headers.get("HX-Target") == "running":
        return render(request, "chaos/_running.html", context)
    return render(request, "chaos/list.html", context)


def experiment(request: HttpRequest, slug: str) -> HttpResponse:
    """One experiment: what it claims, what it would hit, when it runs, and what came of it."""
    found = get_object_or_404(queries.experiments(), slug=slug)
    context = pages.experiment_context(found)
    context["may_run"] = policy.may(request.user, "operator", found.owner_ref)
    context["may_edit"] = policy.may(request.user, "editor", found.owner_ref)
    context["approval"] = approvals.card(found, request.user)
    return render(request, "chaos/experiment.html", context)


@require_POST
def run_now(request: HttpRequest, slug: str) -> HttpResponse:
    """Plan a run for this moment; guards are asked by the worker that takes it."""
    found = get_object_or_404(queries.experiments(), slug=slug)
    policy.require(request.user, "operator", found.owner_ref)
    run = start.create(found, timezone.now(), by=request.user.get_username())
    return redirect(run or found)


@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask a worker to look up the blast radius again."""
    found = get_object_or_404(queries.experiments(), slug=slug)
    policy.require(request.user, "editor", found.owner_ref)
    queue.enqueue(
        experiments.PREVIEW_JOB, {"experiment": found.pk}, by=request.user.get_username(), unique=str(found.pk)
    )
    messages.info(request, "A worker looks the target up again; it takes a few seconds.")
    return redirect(found)


@require_POST
def plan(request: HttpRequest, service: int, key: str) -> HttpResponse:
    """Make an experiment from a suggestion; it stays off until somebody gives it a schedule."""
    entity = get_object_or_404(Entity.objects.services(), pk=service)
    policy.require(request.user, "editor", entity.owner_ref)
    offered = suggest.suggestions(entity, facts.current(entity))
    chosen = next((suggestion for suggestion in offered if suggestion.key == key), None)
    if chosen is None:
        raise Http404
    try:
        made = experiments.create(entity, chosen.fields, request.user)
    except Invalid as error:
        messages.error(request, error.message)
        return redirect(entity)
    messages.success(request, "Planned. It runs when somebody starts it or gives it a schedule.")
    return redirect(made)


def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run, live: verdicts first, then the states, the probes, the armed change and the log."""
    found = get_object_or_404(ExperimentRun.objects.select_related("experiment", "service"), pk=pk)
    context: dict[str, Any] = pages.run_context(found)
    context["may_abort"] = found.stage in claim.STOPPABLE and policy.may(request.user, "operator", found.owner_ref)
    live = request.headers.get("HX-Request") == "true"
    context["refreshed"] = live
    return render(request, "chaos/_run.html" if live else "chaos/run.html", context)


@require_POST
def abort(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a run to stop and undo."""
    found = get_object_or_404(ExperimentRun.objects.select_related("service"), pk=pk)
    policy.require(request.user, "operator", found.owner_ref)
    if start.abort(found, request.user):
        messages.success(request, "Aborting: the fault is taken out within seconds.")
    else:
        messages.info(request, "The run had already ended, or somebody else is aborting it.")
    return redirect(found)


@require_POST
def halt(request: HttpRequest) -> HttpResponse:
    """Halt all experiments."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        halts.halt(request.user, form.text())
        messages.success(request, "All experiments are halted. What was running is being taken out.")
    else:
        messages.error(request, "Nothing was halted: say why in at least three characters.")
    return redirect("chaos:list")


@require_POST
def clear_halt(request: HttpRequest) -> HttpResponse:
    """Clear a halt."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        halts.clear(request.user, form.text(), request.POST.get("scope", EVERYTHING))
        messages.success(request, "The halt is cleared. Schedules go on with their next slot.")
    else:
        messages.error(request, "The halt stands: say why it may be cleared in at least three characters.")
    return redirect("chaos:list")
