"""The page on which a team says how its service uses its data."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from portal.access import policy
from services.advice import advise, answers
from services.advice.form import AdviceForm, initial
from services.models import Entity


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """The questionnaire of a component; editors of the owning team may answer it."""
    services = Entity.objects.services()
    found = get_object_or_404(services, kind=kind.lower(), namespace=namespace.lower(), name=name.lower())
    policy.require(request.user, "editor", found.owner_ref)
    row = answers.newest([found]).get(found.pk)
    form = AdviceForm(request.POST if request.method == "POST" else None, initial=initial(row.answers if row else {}))
    if request.method == "POST" and form.is_valid():
        advise.record(request.user, found, form.cleaned_data["answers"])
        messages.success(request, "Your answers are recorded, and the advice is made from them.")
        return redirect(f"{found.get_absolute_url()}architecture/#database")
    context = {"entity": found, "form": form, "row": row}
    return render(request, "services/database_advice.html", context, status=422 if form.errors else 200)
