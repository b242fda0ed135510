"""Pages of one rollout: what it is doing, and what people do to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from deployments import charts, present, queries
from deployments.engine.plan.analysis import UNJUDGED
from deployments.engine.rollout import IllegalMove, State, may
from deployments.judging import show
from deployments.models import Judgement, Rollout, RolloutSegment
from deployments.rollouts import control
from deployments.rollouts.acts import ACTS
from deployments.rollouts.start import CannotStart
from deployments.validations import present as validated
from portal.access import policy


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
    return card(found, judgement) | {
        "forecast": present.forecast(found, segments),
        "gates": present.gates(found, segments, judgement),
        "errors": charts.errors(found, segments),
        "evidence": charts.evidence(found, bound),
        "risk_words": f"{found.plan.plan.rule.alpha:.0%}".replace("%", "\u202f%"),
        "margin_words": f"{found.plan.plan.rule.margin - 1:.0%}".replace("%", "\u202f%"),
        "judged": show.judged(judgement.verdict if judgement else None),
        "unjudged": found.plan.plan.analysis.judge == UNJUDGED,
        "alarms": found.plan.plan.alarms,
        "steps": found.steps.order_by("-id")[:40],
        "audit_link": policy.may(request.user, "admin"),
        "actions": offered(request, found, segments),
        **validated.page_context(found),
    }


def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Ask for the reason of an act, and do it; operators of the owning team."""
    if action not in ACTS:
        raise Http404
    found = get_object_or_404(queries.rollouts(), pk=pk)
    policy.require(request.user, "operator", found.owner_ref)
    chosen = ACTS[action]
    reason, error = request.POST.get("reason", "").strip()[:300], ""
    if request.method == "POST":
        try:
            moved = chosen.do(found, request.user, reason)
        except control.ReasonWanted as wanted:
            error = str(wanted)
        except (IllegalMove, CannotStart) as refused:
            messages.error(request, str(refused))
            return redirect(found)
        else:
            messages.success(request, chosen.done)
            return redirect(moved)
    context = {"rollout": found, "act": chosen, "reason": reason, "error": error}
    return render(request, "deployments/act.html", context, status=422 if error else 200)


def card(found: Rollout, judgement: Judgement | None) -> dict[str, Any]:
    """What every picture of a rollout shows: badge, strip and verdict."""
    segments = list(found.segments.all())
    return {
        "rollout": found,
        "badge": present.badge(found, segments),
        "target_words": present.target_words(found),
        "segments": present.strip(found, segments),
        "verdict": present.verdict(judgement, found.get_absolute_url()),
    }


def offered(request: HttpRequest, found: Rollout, segments: list[RolloutSegment]) -> dict[str, bool]:
    """Which acts this person may do now."""
    allowed, state = policy.may(request.user, "operator", found.owner_ref), State(found.state)
    current = segments[found.segment_index] if found.segment_index < len(segments) else None
    going = state in (State.RUNNING, State.PAUSED)
    return {
        "pause": allowed and state == State.RUNNING,
        "resume": allowed and state == State.PAUSED,
        "promote": allowed and going and current is not None and control.passable(current),
        "abort": allowed and found.active and state != State.ROLLING_BACK,
        "rollback": allowed and not found.active and may(state, State.ROLLING_BACK),
        "retry": allowed and state in (State.FAILED, State.ROLLED_BACK),
    }
