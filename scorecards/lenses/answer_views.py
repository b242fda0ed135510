"""Answering on the page: each question is a form of its own, saved by itself where scripts run."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.access import policy
from scorecards.engine.lens.merge import Said
from scorecards.lenses import answering, standing
from scorecards.lenses.forms import revision_of, said_of
from scorecards.lenses.review_views import find
from scorecards.models import Answer, Review


@require_POST
def answer(request: HttpRequest, pk: int, question_id: str) -> HttpResponse:
    """Save one answer; with `do=evidence` the one that evidence gives."""
    review = find(pk)
    policy.require(request.user, "editor", review.owner_ref)
    error, kept = "", None
    try:
        question = answering.question_of(review.lens_version, question_id)
        said = _by_evidence(review, question.id) if request.POST.get("do") == "evidence" else said_of(request.POST)
        answering.answer(review, question.id, said, request.user, revision_of(request.POST))
    except answering.Invalid as refused:
        error = refused.message
    except answering.Stale as stale:
        error, kept = str(stale), stale.now
    return _answered(request, review, question_id, error, kept)


def _by_evidence(review: Review, question_id: str) -> Said:
    now = next(one for one in standing.of_review(review) if one.question.id == question_id)
    return Said(now.by_evidence, notes=now.said.notes)


def _answered(request: HttpRequest, review: Review, question_id: str, error: str, kept: Answer | None) -> HttpResponse:
    every = standing.of_review(review)
    now = next((one for one in every if one.question.id == question_id), None)
    if request.headers.get("HX-Request") and now is not None:
        # After a clash the form keeps the revision it had, so that a second press cannot overwrite unseen words.
        context = {
            "review": review,
            "standing": now,
            "error": error,
            "saved": not error,
            "clash": kept,
            "may_edit": True,
        }
        return render(request, "scorecards/_answer_state.html", context, status=422 if error else 200)
    if error:
        messages.error(request, error)
    elif now:
        messages.success(request, f"Saved: {now.question.title}")
    if now is None:
        return redirect(review)
    return redirect(f"{reverse('scorecards:review-pillar', args=[review.pk, now.pillar.id])}#{question_id}")
