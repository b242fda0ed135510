"""The page of one answered check of one service: confirm it, and the answers of the past."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from portal.access import policy
from scorecards.answers import record
from scorecards.days import end_of
from scorecards.engine.check import CONDITION, FAIL, MANUAL, PASS
from scorecards.models import CheckAnswer, CheckVersion
from scorecards.queries import service
from scorecards.words import STATES
from services.models import Entity


class ConfirmForm(forms.Form):
    """What a person says."""

    passed = forms.ChoiceField(
        label="Does it hold?", choices=[("yes", "Yes, it holds"), ("no", "No, it does not")], widget=forms.RadioSelect
    )
    note = forms.CharField(
        min_length=3, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="How you know: what you looked at, and when.",
    )  # fmt: skip
    until = forms.DateField(
        required=False, label="To be confirmed again after", widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Without a day, as the check says.",
    )  # fmt: skip


def answers(request: HttpRequest, kind: str, namespace: str, name: str, check_id: str) -> HttpResponse:
    """The answers about one check of one service; editors of its team confirm a manual one here."""
    entity = service(kind, namespace, name)
    version = CheckVersion.objects.standing().filter(check_id=check_id).first()
    if version is None or version.definition.get("kind", CONDITION) == CONDITION:
        raise Http404
    manual = version.definition["kind"] == MANUAL
    form = ConfirmForm(request.POST or None)
    if request.method == "POST":
        policy.require(request.user, record.ROLE, entity.owner_ref)
        if manual and form.is_valid() and _confirmed(request, entity, check_id, form):
            messages.success(request, "Noted. The score follows in a few seconds.")
            return redirect(f"{reverse('services:entity-tab', args=[kind, namespace, name, 'scorecard'])}#{check_id}")
    rows = CheckAnswer.objects.filter(entity=entity, check_key=check_id)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "entity": entity, "check": version, "form": form, "manual": manual, "page": page,
        "rows": [(row, STATES[row.state]) for row in page],
        "may_confirm": manual and policy.may(request.user, record.ROLE, entity.owner_ref),
        "days": round((version.definition.get("max_age") or 0) / 86_400),
    }  # fmt: skip
    return render(request, "scorecards/answers.html", context, status=422 if form.errors else 200)


def _confirmed(request: HttpRequest, entity: Entity, check_id: str, form: ConfirmForm) -> bool:
    said = form.cleaned_data
    expires = end_of(said["until"]) if said["until"] else None
    answer = record.Said(PASS if said["passed"] == "yes" else FAIL, said["note"], expires_at=expires)
    try:
        record.take(request.user, entity, check_id, MANUAL, answer)
    except record.Wrong as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    return True
