"""The pages that create, edit and remove an entity which is kept here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.access import policy
from services.direct import apply, plan
from services.direct.forms import FieldsForm, NewForm, TextForm, empty
from services.models import Entity
from services.storing import write

# Where the form shows a fault of the descriptor's field.
FIELD_OF = {"spec.dependsOn": "depends_on", "metadata.tags": "tags"}


def create(request: HttpRequest) -> HttpResponse:
    """Ask for kind and name, then go on to the edit page."""
    if not policy.may_somewhere(request.user, "editor"):
        policy.require(request.user, "editor")
    form = NewForm(request.GET if "name" in request.GET else None)
    if form.is_valid():
        kind, namespace, name = (form.cleaned_data[key] for key in ("kind", "namespace", "name"))
        faults = [
            problem for problem in faults_of(empty(kind, namespace, name)) if problem.field.startswith("metadata")
        ]
        ref = f"{kind}:{namespace}/{name}".lower()
        for problem in faults:
            form.add_error(problem.field.rpartition(".")[2], f"{problem.reason} {problem.remedy}")
        if not faults and Entity.objects.by_ref(ref).exists():
            form.add_error("name", f"{ref} is in the catalog already.")
        if form.is_valid():
            return redirect(f"{reverse('services:edit', args=[kind.lower(), namespace, name])}?kind={kind}")
    return render(request, "services/new.html", {"form": form}, status=422 if form.errors else 200)


def faults_of(data: dict[str, Any]) -> list[Any]:
    """The problems of a descriptor that is not complete yet."""
    try:
        plan.check("", data)
    except plan.Invalid as error:
        return list(error.problems)
    return []


def edit(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """Edit an entity, or fill in a new one: check, preview the change, save."""
    ref = f"{kind}:{namespace}/{name}".lower()
    standing = write.standing([ref]).get(ref)
    live = standing if standing is not None and standing.removed_at is None else None
    policy.require(request.user, "editor", live.owner_ref) if live else _require_somewhere(request.user)
    data = live.data if live else empty(_kind(request, kind), namespace, name)
    context: dict[str, Any] = {
        "ref": ref,
        "entity": live,
        "name": live.label if live else name,
        "as_text": _text(request),
    }
    try:
        plan.refuse_foreign(live)
    except plan.Managed:
        return render(request, "services/managed.html", context, status=409 if request.method == "POST" else 200)
    form = _form(request, kind.lower(), data)
    context |= {"form": form, "match": request.POST.get("match") or (plan.version_tag(live) if live else "")}
    if request.method == "POST" and form.is_valid():
        planned = _plan(request, form, ref, standing, str(context["match"]))
        if planned is not None and "save" in request.POST:
            apply.apply(request.user, [planned], request.POST.get("why", "")[:300])
            messages.success(request, "Nothing had changed." if planned.change == "unchanged" else f"{ref} is saved.")
            return redirect("services:entity", kind.lower(), namespace.lower(), name.lower())
        if planned is not None:
            context |= {"plan": planned, "missing": sorted(plan.missing([planned]))}
    context["teams"] = Entity.objects.live().filter(kind="group").order_by("name")[:200]
    return render(request, "services/edit.html", context, status=422 if form.errors else 200)


def _require_somewhere(user: Any) -> None:
    if not policy.may_somewhere(user, "editor"):
        policy.require(user, "editor")


def _kind(request: HttpRequest, kind: str) -> str:
    """The kind in its author's case."""
    asked = request.GET.get("kind", "")
    return asked if asked.lower() == kind.lower() else kind.capitalize()


def _text(request: HttpRequest) -> bool:
    return request.GET.get("as") == "text"


def _form(request: HttpRequest, kind: str, data: dict[str, Any]) -> Any:
    sent = request.POST if request.method == "POST" else None
    return TextForm(data, sent) if _text(request) else FieldsForm(kind, data, sent)


def _plan(request: HttpRequest, form: Any, ref: str, standing: Entity | None, match: str) -> plan.Plan | None:
    """The checked plan, or None with its problems attached to the form's fields."""
    try:
        planned = plan.plan(ref, form.descriptor(), standing, match)
        apply.authorise(request.user, planned)
    except plan.Invalid as error:
        for problem in error.problems:
            _attach(form, problem.field, f"{problem.reason} {problem.remedy}")
    except plan.Outdated:
        form.add_error(None, "Somebody changed it since you opened this page. Open it again and repeat your change.")
    except PermissionDenied as refusal:
        _attach(form, "spec.owner", str(refusal))
    else:
        return planned
    return None


def _attach(form: forms.Form, field: str, text: str) -> None:
    name = FIELD_OF.get(field, field.rpartition(".")[2])
    if name in form.fields:
        form.add_error(name, text)
    else:
        form.add_error(None, f"{field}: {text}" if field else text)


@require_POST
def remove(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """Take the entity out of the catalog."""
    entity = get_object_or_404(Entity.objects.by_ref(f"{kind}:{namespace}/{name}"))
    policy.require(request.user, "editor", entity.owner_ref)
    try:
        apply.remove(request.user, entity)
    except plan.Managed as refusal:
        messages.error(request, str(refusal))
        return redirect(entity.get_absolute_url())
    messages.success(request, f"{entity.ref} is removed. Its history stays.")
    return redirect("services:history", entity.kind, entity.namespace, entity.name)
