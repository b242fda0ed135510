"""Linking a review with the AWS Well-Architected Tool. Nothing here calls AWS: each press leaves a job or a row."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from portal.access import policy
from scorecards.lenses import linking
from scorecards.lenses.forms import LinkForm
from scorecards.lenses.review_views import find
from scorecards.models import AnswerConflict, WorkloadLink


@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Link a review with an account and region, and begin to sync."""
    review = find(pk)
    policy.require(request.user, "editor", review.owner_ref)
    form = LinkForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose an account and region that the portal has a review role for.")
        return redirect(review)
    try:
        run = linking.link(review, *form.place_of(), request.user, form.cleaned_data["workload"])
    except linking.Refused as error:
        messages.error(request, str(error))
        return redirect(review)
    return redirect(run)


@require_POST
def sync_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a sync."""
    review = find(pk)
    policy.require(request.user, "editor", review.owner_ref)
    get_object_or_404(WorkloadLink, review=review)
    return redirect(linking.request_sync(review, request.user))


@require_POST
def unlink(request: HttpRequest, pk: int) -> HttpResponse:
    """End the link; nothing changes in AWS."""
    review = find(pk)
    policy.require(request.user, "editor", review.owner_ref)
    if linking.unlink(review, request.user):
        messages.success(request, "The review is no longer linked. The workload in AWS stays as it is.")
    return redirect(review)


@require_POST
def resolve(request: HttpRequest, pk: int, question_id: str) -> HttpResponse:
    """Say which of two answers is right."""
    review = find(pk)
    policy.require(request.user, "editor", review.owner_ref)
    found = get_object_or_404(
        AnswerConflict.objects.filter(resolved_at=None), link__review=review, question_id=question_id
    )
    try:
        linking.resolve(found, request.POST.get("keep", ""), request.user)
        messages.success(request, "Decided. The next sync carries it over.")
    except linking.Refused as error:
        messages.error(request, str(error))
    return redirect(f"{review.get_absolute_url()}#aws")
