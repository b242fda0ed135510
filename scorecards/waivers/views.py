"""Pages of the waivers: the list, the request form, and one waiver with its decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.access import policy
from portal.csvfile import download
from scorecards.days import end_of
from scorecards.models import CheckVersion, Waiver
from scorecards.models.waivers import APPROVED, REQUESTED
from scorecards.queries import service
from scorecards.waivers import decide
from scorecards.waivers import filter as waiver_filter
from scorecards.waivers.present import lines
from scorecards.words import WAIVERS, pillar_label

COLUMNS = (
    "service", "team", "check", "state", "reason", "requested_by", "requested_at", "until", "decided_by", "decided_at",
    "began_at", "ended_at", "note",
)  # fmt: skip


class RequestForm(forms.Form):
    """What an editor says when asking."""

    reason = forms.CharField(
        max_length=decide.REASON, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Why the check cannot pass now, and what is done until the waiver ends. Everybody can read it.",
    )  # fmt: skip
    until = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}), label="Until the end of", help_text="At most 180 days from now."
    )


class NoteForm(forms.Form):
    """What an approver says."""

    note = forms.CharField(max_length=decide.REASON, required=False, widget=forms.Textarea(attrs={"rows": 2}))


def waiver_list(request: HttpRequest) -> HttpResponseBase:
    """All waivers, filtered by the address; `?format=csv` downloads them."""
    rows = waiver_filter.chosen(request.GET, waiver_filter.everything())
    if request.GET.get("format") == "csv":
        return download(_csv(rows), "waivers.csv")
    page, now = Paginator(rows, 50).get_page(request.GET.get("page")), timezone.now()
    everything = waiver_filter.everything()
    in_force = everything.filter(pk__in=Waiver.objects.at(now).values("pk"))
    context = {
        "page": page,
        "rows": lines(list(page), now),
        "filters": waiver_filter.controls(request),
        "in_force": in_force.count(),
        "soon": in_force.filter(ended_at__lte=now + timedelta(days=14)).count(),
        "waiting": everything.filter(state=REQUESTED, expires_at__gt=now).count(),
    }
    return render(request, "scorecards/waivers.html", context)


def _csv(rows: QuerySet[Waiver]) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    now = timezone.now()
    for row in rows.iterator(chunk_size=500):
        moments = (row.decided_at, row.began_at, row.ended_at)
        decided, began, ended = (moment.isoformat() if moment else "" for moment in moments)
        yield (
            row.entity.ref, row.owner_ref, row.check_key, row.state_at(now), row.reason, row.requested_by,
            row.requested_at.isoformat(), row.expires_at.isoformat(), row.decided_by, decided, began, ended, row.note,
        )  # fmt: skip


def new(request: HttpRequest, kind: str, namespace: str, name: str, check_id: str) -> HttpResponse:
    """Ask for a waiver of one check of one service."""
    entity = service(kind, namespace, name)
    policy.require(request.user, decide.REQUESTER, entity.owner_ref)
    version = get_object_or_404(CheckVersion.objects.standing(), check_id=check_id)
    form = RequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            made = decide.request(request.user, entity, check_id, said["reason"], end_of(said["until"]))
        except decide.Wrong as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        except decide.Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Asked. Somebody else has to approve it before it counts.")
            return redirect(made)
    context = {"entity": entity, "check": version, "form": form}
    return render(request, "scorecards/waiver_new.html", context, status=422 if form.errors else 200)


def waiver(request: HttpRequest, pk: int) -> HttpResponse:
    """One waiver: what it excuses, who asked, who decided, and the decision for those who may take it."""
    found = get_object_or_404(waiver_filter.everything(), pk=pk)
    now = timezone.now()
    state = found.state_at(now)
    version = CheckVersion.objects.filter(check_id=found.check_key).order_by("-version").first()
    context = {
        "waiver": found,
        "state": state,
        "words": WAIVERS[state],
        "check": version,
        "pillar": pillar_label(version.pillar) if version else "",
        "may_decide": state == REQUESTED and decide.may_decide(request.user, found),
        "own": state == REQUESTED and request.user.get_username() == found.requested_by,
        "may_revoke": state in (REQUESTED, APPROVED) and decide.may_revoke(request.user, found),
        "form": NoteForm(),
    }
    return render(request, "scorecards/waiver.html", context)


VERBS = {"approve": decide.approve, "deny": decide.deny, "revoke": decide.revoke}
DONE = {
    "approve": "Approved. The check is waived from now on.",
    "deny": "Denied.",
    "revoke": "Revoked. The check counts again.",
}


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Approve, deny or revoke."""
    found = get_object_or_404(waiver_filter.everything(), pk=pk)
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        VERBS[verb](request.user, found, note)
    except decide.Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, DONE[verb])
    return redirect(found)
