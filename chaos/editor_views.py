"""The editor of an experiment: its rows come from the server, and errors stand beside their fields while one types."""

from __future__ import annotations

import copy
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from chaos import editor, experiments, queries
from chaos.engine import definition
from chaos.engine.definition import Invalid
from chaos.forms import ExperimentForm
from chaos.models import Experiment
from portal.access import policy


def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Edit method, schedule and observation. What runs by itself may only be edited by an operator.

    The buttons of the rows send `do`, which changes the rows and saves nothing.
    """
    found = _editable(request, slug)
    rows, focus = editor.posted(request.POST), None
    if request.method == "POST" and "do" in request.POST:
        rows, focus = editor.act(rows or [], request.POST["do"])
        if request.headers.get("HX-Request") == "true":
            context = _context(found, rows, {})
            return render(request, "chaos/_editor_rows.html", context | {"focus": focus})
    form = ExperimentForm(request.POST or None, instance=Experiment.objects.get(pk=found.pk))
    wrong: dict[str, str] = {}
    if request.method == "POST" and "do" not in request.POST and form.is_valid():
        if form.cleaned_data["enabled"] or found.enabled:
            policy.require(request.user, "operator", found.owner_ref)
        try:
            experiments.change(found, _fields(form, rows), request.user)
        except Invalid as error:
            wrong = editor.errors(rows or [], _probes(found)) | _place(form, error)
        else:
            messages.success(request, "Saved. A worker looks the targets up again.")
            return redirect(found)
    context = _context(found, rows if rows is not None else copy.deepcopy(found.method), wrong)
    return render(request, "chaos/edit.html", context | {"form": form, "focus": focus})


@require_POST
def validate(request: HttpRequest, slug: str) -> HttpResponse:
    """What is wrong so far, as elements that go beside their fields. Nothing is saved."""
    found = _editable(request, slug)
    rows = editor.posted(request.POST) or []
    form = ExperimentForm(request.POST, instance=Experiment.objects.get(pk=found.pk))
    said = editor.errors(rows, _probes(found))
    said |= {name: " ".join(str(line) for line in lines) for name, lines in form.errors.items()}
    if not said:
        said = _whole(found, _fields(form, rows))
    ids = [field.id for row in editor.shown(rows, found, _probes(found)) for field in row["fields"]]
    fields = [*ids, "steps", *form.fields]
    rest = [message for name, message in said.items() if name not in fields]
    context = {"errors": [(name, said.get(name, "")) for name in fields], "rest": rest, "good": not said}
    return render(request, "chaos/_editor_errors.html", context)


def _editable(request: HttpRequest, slug: str) -> Experiment:
    found = get_object_or_404(queries.experiments(), slug=slug)
    policy.require(request.user, "editor", found.owner_ref)
    return found


def _fields(form: ExperimentForm, rows: list[editor.Row] | None) -> dict[str, Any]:
    return {**form.cleaned_data, **({"method": rows} if rows is not None else {})}


def _whole(found: Experiment, fields: dict[str, Any]) -> dict[str, str]:
    """What is wrong with the experiment as a whole, once every field is good by itself."""
    tried = copy.copy(found)
    for name, value in fields.items():
        setattr(tried, name, copy.deepcopy(value))
    try:
        experiments.check(tried)
    except Invalid as error:
        return {editor.field_of(error.field): error.message}
    return {}


def _place(form: ExperimentForm, error: Invalid) -> dict[str, str]:
    field = editor.field_of(error.field)
    if field.startswith("steps"):
        return {field: error.message}
    form.wrong(error.field, error.message)
    return {}


def _probes(found: Experiment) -> dict[str, str]:
    return {probe.key: probe.title for probe in definition.hypothesis(found.hypothesis).probes}


def _context(found: Experiment, rows: list[editor.Row], wrong: dict[str, str]) -> dict[str, Any]:
    shown = editor.shown(rows, found, _probes(found))
    for row in shown:
        row["fields"] = [(field, wrong.get(field.id, "")) for field in row["fields"]]
    return {"experiment": found, "rows": shown, "wrong": wrong.get("steps", ""), "full": len(rows) >= editor.MOST}
