"""Pages of people's own checks: write, try out, save, withdraw. For administrators, as a check counts for everybody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.access import policy
from scorecards import definitions
from scorecards.check_files import SIZE, Fault
from scorecards.models import FolderReading, OwnCheck
from scorecards.models.own import FOLDER, PAGE
from scorecards.own import write
from scorecards.own.dry_run import PAGE_LIMIT, DryRun, dry_run
from scorecards.words import STATES

ROLE = "admin"
TEMPLATE = """\
id: custom.database-backups
pillar: reliability
title: Every database keeps backups for two weeks
why: A mistake is often found only after days.
fix: Raise the retention of the database to 14 days.
effort: 20
weight: 4
level: silver
applies: {path: aws.rds.items, op: exists}
when: {path: "aws.rds.items[*].backup_days", op: gte, value: 14}
"""


class CheckForm(forms.Form):
    """The text of one check."""

    text = forms.CharField(
        max_length=SIZE, label="The check as YAML", strip=False,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false", "class": "code"}),
        help_text="kind: pushed or manual instead of when for answers of programs or people; knock_out, requires, "
        "warn, warn_age, max_age and enable_on are optional.",
    )  # fmt: skip
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0)


def own_checks(request: HttpRequest) -> HttpResponse:
    """All own checks, those that wait for their day, and what the directory said."""
    context = {
        "rows": OwnCheck.objects.filter(withdrawn_at=None),
        "pending": definitions.pending(timezone.now().date()),
        "reading": FolderReading.objects.first(),
        "may_write": policy.may(request.user, ROLE),
        "page": PAGE,
        "folder": FOLDER,
    }
    return render(request, "scorecards/own_checks.html", context)


def edit(request: HttpRequest, check_id: str = "") -> HttpResponse:
    """Write a check: “Try it out” judges every service and keeps nothing, “Save” keeps it."""
    policy.require(request.user, ROLE)
    row = get_object_or_404(OwnCheck.objects.filter(withdrawn_at=None), check_id=check_id) if check_id else None
    first = {"text": row.text if row else TEMPLATE, "revision": row.revision if row else 0}
    form = CheckForm(request.POST or None, initial=first)
    context: dict[str, Any] = {"form": form, "row": row, "locked": row is not None and row.origin == FOLDER}
    if request.method == "POST" and form.is_valid() and not context["locked"]:
        text = form.cleaned_data["text"].replace("\r\n", "\n")
        try:
            if "save" in request.POST:
                revision = form.cleaned_data["revision"] if row else None
                kept = write.save(request.user, text, PAGE, name=check_id, revision=revision)
                messages.success(request, f"{kept.check_id} is kept. {_when(kept)}")
                return redirect("scorecards:own-checks")
            context |= tried(dry_run(write.read(text), PAGE_LIMIT))
        except write.Faulty as error:
            context["faults"] = shown(text, error.faults)
        except write.Conflict as error:
            form.add_error(None, str(error))
    wrong = bool(form.errors or context.get("faults"))
    return render(request, "scorecards/own_check.html", context, status=422 if wrong else 200)


def preview(request: HttpRequest, check_id: str) -> HttpResponse:
    """Who a check that waits for its day would touch if it were in force today."""
    waiting = definitions.pending(timezone.now().date())
    definition = next((each for each in waiting if each["id"] == check_id), None)
    if definition is None:
        raise Http404
    context = {"definition": definition, **tried(dry_run(definition, PAGE_LIMIT))}
    return render(request, "scorecards/pending_check.html", context)


def _when(row: OwnCheck) -> str:
    day = row.enable_on
    if day is not None and day > timezone.now().date():
        return f"It counts from {day:%d %b %Y} on."
    return "It counts from the next evaluation on, a few seconds from now."


def shown(text: str, faults: tuple[Fault, ...]) -> list[dict[str, Any]]:
    """Faults with the line of the text that they are about."""
    written = text.split("\n")
    return [
        {"fault": fault, "line": written[fault.line - 1] if 0 < fault.line <= len(written) else ""} for fault in faults
    ]


def tried(found: DryRun) -> dict[str, Any]:
    """A dry run for the page."""
    return {
        "tried": found,
        "states": [(STATES[state], before, after) for state, before, after in found.states],
        "delta": None
        if found.mean_before is None or found.mean_after is None
        else round(found.mean_after - found.mean_before, 1),
    }


@require_POST
def withdraw(request: HttpRequest, check_id: str) -> HttpResponse:
    """Take an own check out of force."""
    policy.require(request.user, ROLE)
    row = get_object_or_404(OwnCheck.objects.filter(withdrawn_at=None), check_id=check_id)
    if row.origin == FOLDER:
        messages.error(request, f"{check_id} stands in the directory {row.file}: take it out of there.")
        return redirect("scorecards:own-checks")
    try:
        write.withdraw(request.user, check_id)
    except write.Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{check_id} is withdrawn. Its history stays.")
    return redirect("scorecards:own-checks")
