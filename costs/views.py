"""Pages of costs. They read what is stored; AWS is asked by the job only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from costs import export, filters, queries, words
from costs.decide import decide
from costs.detectors import DETECTORS
from costs.estimate import LIST_PRICE
from costs.forms import DecisionForm
from costs.models import CostReview, Estimate, Finding
from costs.start import JOB, start
from portal.access import policy
from portal.access.models import AuditEvent
from portal.jobs.models import ACTIVE, Run

PAGE = 50


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Reviews by team, and the findings list with its filters."""
    chosen = filters.findings(request.GET)
    page = Paginator(chosen.qs.defer("service__data"), PAGE).get_page(request.GET.get("page"))
    teams = queries.by_team()
    savings = queries.merged(line.savings for line in teams)
    context = {
        "filters": chosen,
        "page": page,
        "rows": [finding_row(finding) for finding in page],
        "teams": [
            (line, words.spans(line.savings), policy.may(request.user, "editor", line.owner_ref)) for line in teams
        ],
        "findings": sum(line.findings for line in teams),
        "savings": savings,
        "saving_words": words.spans(savings),
        **_running(),
        "may_review_all": policy.may(request.user, "editor"),
    }
    return render(request, "costs/home.html", context)


def finding_row(finding: Finding) -> dict[str, object]:
    """What the findings table shows of one finding."""
    state, icon, label = words.FINDING_STATES[Finding.State(finding.state)]
    return {"finding": finding, "kind": DETECTORS.get(finding.detector), "state": state, "icon": icon, "label": label,
            "span": words.span(finding.saving)}  # fmt: skip


@require_GET
def findings_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same list with the same filters as CSV, all pages."""
    return export.response(filters.findings(request.GET).qs)


@require_GET
def running(request: HttpRequest) -> HttpResponse:
    """The progress of the review that runs or waits; tells the page to reload when it is over."""
    context = _running()
    response = render(request, "costs/_running.html", context)
    if context["running"] is None:
        response["HX-Refresh"] = "true"
    return response


def _running() -> dict[str, Any]:
    run = Run.objects.filter(job=JOB, state__in=ACTIVE).order_by("due_at").first()
    return {"running": run, "overdue": run is not None and run.due_at <= timezone.now()}


@require_POST
def start_review(request: HttpRequest) -> HttpResponse:
    """Ask for a review of one team or of all."""
    start(request.POST.get("team", ""), by=request.user)
    messages.success(request, "The review has been asked for.")
    return redirect("costs:home")


@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One review: verdict, findings as seen that day, what could not be judged, estimates."""
    held = get_object_or_404(CostReview, pk=pk)
    seen = list(held.seen.select_related("finding__service").defer("finding__service__data", "finding__evidence"))
    estimates = list(
        Estimate.objects.filter(service__owner_ref=held.owner_ref, service__removed_at=None).select_related("service")
    )
    state, icon, label = words.REVIEW_STATES[CostReview.State(held.state)]
    context = {
        "review": held, "state": state, "icon": icon, "label": label,
        "rows": [{**finding_row(entry.finding), "seen": entry, "span": words.span(queries.seen_range(entry))} for entry in seen],
        "verdict": words.verdict(sum(row["findings"] for row in held.totals.values()), queries.ranges(held), len(held.unjudged)),
        "unjudged": [(entry, DETECTORS.get(entry["detector"])) for entry in held.unjudged],
        "estimates": estimates, "estimated": queries.sums(estimates),
        "unknown": sum(line.amount is None for line in estimates),
        "list_price": LIST_PRICE,
        "verdict_detail": _detail(held),
    }  # fmt: skip
    return render(request, "costs/review.html", context)


def _detail(held: CostReview) -> str:
    parts = [f"{words.plural(len(held.unjudged), 'answer')} without a figure"] if held.unjudged else []
    if held.missing:
        parts.append(f"{words.plural(len(held.missing), 'part')} could not be read")
    return f"{', '.join(parts).capitalize()}." if parts else "Everything could be judged."


@require_GET
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding with its whole derivation and the forms that decide about it."""
    row = get_object_or_404(Finding.objects.select_related("service"), pk=pk)
    return render(request, "costs/finding.html", finding_context(request, row, DecisionForm()))


def finding_context(request: HttpRequest, row: Finding, form: DecisionForm) -> dict[str, object]:
    """What the page of a finding needs."""
    others = queries.open_findings().filter(service=row.service, resource=row.resource).exclude(pk=row.pk)
    return {
        **finding_row(row),
        "form": form,
        "others": others,
        "may_decide": policy.may(request.user, "editor", row.owner_ref),
        "trail": AuditEvent.objects.filter(target=f"finding:{row.pk}")[:20],
        "last": row.seen_in.select_related("review").order_by("-review_id").first(),
    }


@require_POST
def decide_finding(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a decision; the form comes back with its error where it lacks something."""
    row = get_object_or_404(Finding.objects.select_related("service"), pk=pk)
    policy.require(request.user, "editor", row.owner_ref)
    form = DecisionForm(request.POST)
    if form.is_valid():
        days = form.cleaned_data["days"]
        until = timezone.now() + timedelta(days=days) if days else None
        try:
            decide(row, form.cleaned_data["state"], by=request.user, reason=form.cleaned_data["reason"], until=until)
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
        else:
            messages.success(request, "Your decision is recorded.")
            return redirect(row)
    return render(request, "costs/finding.html", finding_context(request, row, form), status=422)
