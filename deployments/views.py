"""Pages: the list of deployments, a rollout, and what people do to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from deployments import charts, csv_export, present, queries
from deployments.engine.rollout import IllegalMove, State, may
from deployments.filters import DeploymentFilter, described
from deployments.forms import StartForm
from deployments.models import Judgement, Rollout, RolloutSegment
from deployments.models.states import BAKING, EXTERNAL, WAITING
from deployments.rollouts import control
from deployments.rollouts.start import CannotStart, start
from deployments.targets import choosing
from deployments.targets.contract import targets
from portal.access import policy
from services.models import Entity

PER_PAGE = 25
ACTIONS: dict[str, Any] = {
    "pause": control.pause,
    "resume": control.resume,
    "promote": control.promote,
    "rollback": control.roll_back,
}
DONE_WORDS = {
    "pause": "The rollout is paused.",
    "resume": "The rollout goes on.",
    "promote": "The segment is passed.",
    "rollback": "All traffic goes back to the version from before.",
}


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
        "running": [_card(rollout, judgements.get(rollout.pk)) for rollout in active],
        "may_start": policy.may_somewhere(request.user, "operator"),
    }
    return render(request, "deployments/list.html", context)


def rollout(request: HttpRequest, pk: int) -> HttpResponse:
    """One rollout; with htmx only the part that moves."""
    found = get_object_or_404(queries.rollouts(), pk=pk)
    template = "deployments/_live.html" if request.htmx else "deployments/rollout.html"  # type: ignore[attr-defined]
    return render(request, template, page_context(request, found))


def page_context(request: HttpRequest, found: Rollout) -> dict[str, Any]:
    """All that the rollout page shows."""
    segments = list(found.segments.all())
    judgement = Judgement.objects.filter(rollout=found).order_by("-id").first()
    bound = judgement.verdict["roll_back_at"] if judgement else found.plan.plan.rule.roll_back_at
    return _card(found, judgement) | {
        "forecast": present.forecast(found, segments),
        "gates": present.gates(found, segments, judgement),
        "errors": charts.errors(found, segments),
        "evidence": charts.evidence(found, bound),
        "risk_words": f"{found.plan.plan.rule.alpha:.0%}".replace("%", "\u202f%"),
        "margin_words": f"{found.plan.plan.rule.margin - 1:.0%}".replace("%", "\u202f%"),
        "steps": found.steps.order_by("-id")[:40],
        "audit_link": policy.may(request.user, "admin"),
        "actions": _actions(request, found, segments),
    }


@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Pause, resume, promote or roll back; operators of the owning team."""
    if action not in ACTIONS:
        raise Http404
    found = get_object_or_404(queries.rollouts(), pk=pk)
    policy.require(request.user, "operator", found.owner_ref)
    try:
        ACTIONS[action](found, request.user)
    except IllegalMove as error:
        messages.error(request, str(error))
    else:
        messages.success(request, DONE_WORDS[action])
    return redirect(found)


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


def _card(found: Rollout, judgement: Judgement | None) -> dict[str, Any]:
    segments = list(found.segments.all())
    return {
        "rollout": found,
        "badge": present.badge(found, segments),
        "segments": present.strip(found, segments),
        "verdict": present.verdict(judgement, found.get_absolute_url()),
    }


def _actions(request: HttpRequest, found: Rollout, segments: list[RolloutSegment]) -> dict[str, bool]:
    allowed, state = policy.may(request.user, "operator", found.owner_ref), State(found.state)
    current = segments[found.segment_index] if found.segment_index < len(segments) else None
    passable = current is not None and (
        current.state == BAKING or (current.kind == EXTERNAL and current.state == WAITING)
    )
    return {
        "pause": allowed and state == State.RUNNING,
        "resume": allowed and state == State.PAUSED,
        "promote": allowed and state in (State.RUNNING, State.PAUSED) and passable,
        "rollback": allowed and may(state, State.ROLLING_BACK),
    }
