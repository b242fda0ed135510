"""Pages on which people override a gate, or approve and deny a segment of a rollout."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from deployments import queries
from deployments.gates import approvals, ask, overrides
from deployments.gates.errors import Conflict, Wrong
from deployments.gates.freezes.forms import Checked
from deployments.models import GateOverride
from deployments.models.gates.decisions import APPROVED, DENIED

LASTS = [(30, "30 minutes"), (60, "1 hour"), (240, "4 hours"), (1440, "1 day")]


class OverrideForm(Checked):
    """Why, and for how long."""

    reason = forms.CharField(label="Reason", max_length=500, widget=forms.Textarea({"rows": 3}))
    minutes = forms.TypedChoiceField(label="For", choices=LASTS, coerce=int, initial=60)


class DecisionForm(Checked):
    """A word about the decision."""

    reason = forms.CharField(
        label="Reason", max_length=500, required=False, widget=forms.Textarea({"rows": 3}),
        help_text="Needed to deny, welcome to approve.",
    )  # fmt: skip


def override(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Let one gate of a rollout pass, with a reason and for a limited time."""
    found = get_object_or_404(queries.rollouts(), pk=pk)
    gate = next((one for one in ask.standing(found) if one.code == code), None)
    if gate is None:
        raise Http404
    if why := overrides.refusal(request.user, found, gate):
        if gate.blocks:
            raise PermissionDenied(why)
        messages.info(request, "This gate does not block the rollout any more.")
        return redirect(found)
    form = OverrideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            overrides.add(found, gate, request.user, **form.cleaned_data)
        except Wrong as error:
            form.wrong(error)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The gate is overridden; the rollout asks again now.")
            return redirect(found)
    context = {"form": form, "rollout": found, "gate": gate}
    return render(request, "deployments/gates/override.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End an override."""
    row = get_object_or_404(GateOverride.objects.select_related("rollout__entity"), pk=pk)
    try:
        overrides.revoke(row, request.user)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The override is over.")
    return redirect(row.rollout)


def decide(request: HttpRequest, pk: int, order: int) -> HttpResponse:
    """Approve or deny a segment."""
    found = get_object_or_404(queries.rollouts(), pk=pk)
    segment = get_object_or_404(found.segments, order=order)
    standing = approvals.standing(found, segment)
    if standing is None:
        raise Http404
    if why := approvals.refusal(request.user, found, standing.rule):
        raise PermissionDenied(why)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verdict = APPROVED if request.POST.get("verdict") == "approve" else DENIED
        try:
            approvals.decide(found, segment, request.user, verdict, form.cleaned_data["reason"])
        except Wrong as error:
            form.wrong(error)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{segment.name} is {verdict}.")
            return redirect(found)
    context = {
        "form": form,
        "rollout": found,
        "segment": segment,
        "standing": standing,
        "lasts": standing.rule.valid_minutes * 60,
    }
    return render(request, "deployments/gates/decide.html", context, status=422 if form.errors else 200)
