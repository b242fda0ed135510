"""Jobs: what ran, what runs, what will."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.access import policy
from portal.jobs import runner
from portal.jobs.cron import preview
from portal.jobs.filters import RunFilter
from portal.jobs.models import Run, Schedule
from portal.plugins import jobs


def _schedules() -> list[dict[str, Any]]:
    last = Run.objects.filter(schedule=OuterRef("pk")).order_by("-id")
    rows = Schedule.objects.annotate(
        last_state=Subquery(last.values("state")[:1]), last_id=Subquery(last.values("id")[:1])
    )
    now: datetime = timezone.now()
    return [{"schedule": row, "slots": preview(row.cron, row.every, row.timezone, now, 3)} for row in rows[:100]]


def job_list(request: HttpRequest) -> HttpResponse:
    """All runs, newest first. Frequent housekeeping is hidden unless asked for."""
    chosen = RunFilter(request.GET, queryset=Run.objects.select_related("schedule"))
    runs = chosen.qs
    if not request.GET.get("all") and not request.GET.get("job"):
        runs = runs.exclude(job__in=[job.key for job in jobs.items() if job.keep <= 10])
    page = Paginator(runs, 25).get_page(request.GET.get("page"))
    titles = {job.key: job.title for job in jobs.items()}
    context = {
        "page": page,
        "schedules": _schedules(),
        "filters": chosen,
        "titles": titles,
        "all": request.GET.get("all"),
    }
    template = "portal/_runs.html" if request.headers.get("HX-Target") == "runs" else "portal/jobs.html"
    return render(request, template, context)


def job_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run, live."""
    run = get_object_or_404(Run.objects.select_related("schedule"), pk=pk)
    job = jobs.get(run.job)
    context = {
        "run": run,
        "title": job.title if job else run.job,
        "may_cancel": run.active and policy.may_somewhere(request.user, "operator"),
    }
    template = "portal/_run.html" if request.headers.get("HX-Request") else "portal/run.html"
    return render(request, template, context)


@require_POST
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a run to stop."""
    if not policy.may_somewhere(request.user, "operator"):
        policy.require(request.user, "operator")
    run = get_object_or_404(Run, pk=pk)
    if runner.cancel(run, request.user):
        messages.success(request, "The run was asked to stop.")
    else:
        messages.info(request, "The run had already ended.")
    return redirect(run)
