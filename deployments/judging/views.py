"""Pages of the judgement: the forecast beside the form that starts a rollout, the replay, and the import of configurations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from deployments import plans, queries
from deployments.judging import foresight, replaying, show, traffic
from deployments.judging.forms import ImportForm, ReplayForm, TrafficForm
from portal.access import audit, policy
from services.models import Entity


def forecast(request: HttpRequest, name: str) -> HttpResponse:
    """How soon a plan would see more errors of a service; with htmx only the card."""
    entity = get_object_or_404(Entity.objects.services(), name=name)
    template = "_forecast.html" if request.htmx else "forecast.html"  # type: ignore[attr-defined]
    form = TrafficForm(request.GET)
    context = {"entity": entity, "form": form, "alone": not request.htmx, **_foreseen(entity, form)}  # type: ignore[attr-defined]
    return render(request, f"deployments/judging/{template}", context, status=422 if form.errors else 200)


def _foreseen(entity: Entity, form: TrafficForm) -> dict[str, Any]:
    plan = plans.find(form.cleaned_data["plan"]) if form.is_valid() else None
    counted = traffic.of(entity)
    if plan is None:
        return {"plan": None, "traffic": counted}
    per_minute, typed = form.cleaned_data["per_minute"], form.cleaned_data["error_percent"]
    rate = typed / 100 if typed else counted.rate if counted else None
    asked = per_minute or (counted.per_minute if counted else None)
    if not asked or rate is None:
        return {"plan": plan, "traffic": counted}
    found = foresight.foresee(plan.plan, asked, rate)
    return {
        "plan": plan, "traffic": counted, "typed": bool(per_minute or typed),
        "forecast": foresight.shown(found, plan.plan),
    }  # fmt: skip


def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Would another plan have rolled this one back?"""
    rollout = get_object_or_404(queries.rollouts(), pk=pk)
    form = ReplayForm(request.GET or None)
    found = replaying.retell(rollout, form.cleaned_data["plan"]) if request.GET and form.is_valid() else None
    context = {
        "rollout": rollout,
        "form": form,
        "found": found,
        "shown": replaying.shown(found) if found else None,
        "judged": show.judged(found.result.last.as_dict()) if found and found.result.last else None,
        "chart": show.replay_chart(found) if found else None,
        "own": show.outcome(rollout),
        "own_judge": replaying.JUDGES[rollout.plan.plan.analysis.judge],
        "own_looks": rollout.judgements.count(),
    }
    return render(request, "deployments/judging/replay.html", context, status=422 if form.errors else 200)


def import_kayenta(request: HttpRequest) -> HttpResponse:
    """Store a Kayenta configuration as a plan; operators."""
    if not policy.may_somewhere(request.user, "operator"):
        raise PermissionDenied("You need the role operator to add a plan. Ask an admin for it.")
    form = ImportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            data = form.cleaned_data
            plan = plans.add(data["name"], data["definition"], request.user.get_username())
            audit.record(request.user, "plan.import", f"plan:{plan}", severity="medium")
        sources = sorted({metric["source"] for metric in data["definition"]["analysis"]["metrics"]})
        count = len(data["definition"]["analysis"]["metrics"])
        words = f"Plan {plan} is stored: {count} metric{'s' if count > 1 else ''}, read from {' and '.join(sources)}."
        messages.success(request, words)
        return redirect("deployments:import-kayenta")
    return render(request, "deployments/judging/import.html", {"form": form}, status=422 if form.errors else 200)
