"""Pages of import and export: nothing that a file names is ever fetched, imported or started."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chaos import imports, queries
from chaos.engine.definition import Invalid
from chaos.formats.report import Imported
from chaos.import_forms import CompleteForm, FileForm, start
from portal.access import policy
from services.models import Entity

LOOKS = {
    "broken": ("poor", "x", "Mend it first"),
    "refused": ("poor", "x", "Not allowed here"),
    "warning": ("fair", "alert-triangle", "Warning"),
}


@require_http_methods(["GET", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    """Choose a file or paste one; a POST shows the report and the draft, and saves nothing."""
    _require_editor(request)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if not form.is_valid():
        return render(request, "chaos/import.html", {"form": form})
    raw = form.cleaned_data["raw"]
    imported = imports.read(raw)
    text = raw.decode("utf-8", "replace")
    complete = CompleteForm(imported, initial=start(imported, text)) if imported.usable else None
    return render(request, "chaos/import.html", {"form": FileForm(), "complete": complete, **_report(imported)})


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save the completed draft: the file is read again, so that nothing of the report is trusted."""
    _require_editor(request)
    raw = request.POST.get("text", "").encode(errors="surrogatepass")
    imported = imports.read(raw)
    form = CompleteForm(imported, request.POST)
    if imported.usable and form.is_valid():
        service = Entity.objects.by_ref(form.cleaned_data["service"]).filter(kind="component").first()
        if service is None:
            form.add_error("service", "No such service. Use an entity ref such as component:default/checkout.")
        else:
            policy.require(request.user, "editor", service.owner_ref)
            try:
                made = imports.create(
                    raw, service, request.user, complete=form.complete(), replace=form.replace(),
                    leave_out=bool(form.cleaned_data.get("leave_out")),
                )  # fmt: skip
            except Invalid as error:
                form.wrong(error.field, error.message)
            else:
                messages.success(request, "Imported. It runs when somebody starts it or gives it a schedule.")
                return redirect(made)
    context = {"form": FileForm(), "complete": form if imported.usable else None, **_report(imported)}
    return render(request, "chaos/import.html", context)


@require_GET
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """The experiment as a file in Chaos Toolkit's open format."""
    found = get_object_or_404(queries.experiments(), slug=slug)
    answer = HttpResponse(json.dumps(imports.exported(found), indent=2), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{found.slug}.json"'
    return answer


def _require_editor(request: HttpRequest) -> None:
    if not policy.may_somewhere(request.user, "editor"):
        raise PermissionDenied("You need the role editor of a team to import experiments. Ask an admin for it.")


def _report(imported: Imported) -> dict[str, Any]:
    rows = [{"finding": finding, "look": LOOKS[finding.level]} for finding in imported.findings]
    return {"imported": imported, "counts": imported.counts(), "rows": rows}
