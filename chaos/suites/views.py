"""Pages of suites."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from chaos import words
from chaos.calendars.forms import ZONE_HELP, Checked
from chaos.engine.definition import Invalid
from chaos.models import Experiment
from chaos.suites import advance, write
from chaos.suites.models import FAILED, PASSED, STOPPED, Suite, SuiteRun
from portal.access import policy
from portal.jobs.cron import preview
from services.models import Entity

LOOKS = {
    PASSED: ("good", "circle-check", "Passed"),
    FAILED: ("poor", "alert-triangle", "Not passed"),
    STOPPED: ("poor", "hand-stop", "Stopped"),
}
SUITES = Suite.objects.filter(service__removed_at=None).select_related("service")


class SuiteForm(Checked):
    """A suite of one service."""

    title = forms.CharField(label="Title", max_length=120)
    experiments = forms.MultipleChoiceField(
        label="Experiments", widget=forms.CheckboxSelectMultiple,
        help_text="They run one after the other in this order; after the first that was not safe nothing is started.",
    )  # fmt: skip
    cron = forms.CharField(label="Cadence (cron)", max_length=100, help_text="0 10 * * THU is every Thursday at ten.")
    timezone = forms.CharField(label="Time zone", max_length=64, initial="UTC", help_text=ZONE_HELP)
    enabled = forms.BooleanField(label="Run on this cadence", required=False)


def suites(request: HttpRequest) -> HttpResponse:
    """All suites with their newest run."""
    page = Paginator(SUITES.order_by("title", "pk"), 25).get_page(request.GET.get("page"))
    newest: dict[int, SuiteRun] = {}
    for run in SuiteRun.objects.filter(suite__in=[one.pk for one in page]).order_by("id"):
        newest[run.suite_id] = run
    rows = [{"suite": one, "run": newest.get(one.pk), "look": look(newest.get(one.pk))} for one in page]
    return render(request, "chaos/suites.html", {"page": page, "rows": rows})


def look(run: SuiteRun | None) -> tuple[str, str, str]:
    """State, icon and word of a suite's run."""
    if run is None:
        return ("stale", "circle-dashed", "Never run")
    return LOOKS.get(run.state, ("fair", "player-play", "Running"))


def suite(request: HttpRequest, pk: int) -> HttpResponse:
    """One suite: its experiments, its next slots, its runs."""
    found = get_object_or_404(SUITES, pk=pk)
    known = {one.pk: one for one in Experiment.objects.filter(pk__in=found.experiments).select_related("service")}
    runs = found.runs.prefetch_related("steps__run__experiment", "steps__run__service")[:10]
    context = {
        "suite": found,
        "experiments": [known[pk] for pk in found.experiments if pk in known],
        "slots": preview(found.cron, None, found.timezone, timezone.now(), 5) if found.enabled else [],
        "runs": [
            {"run": run, "look": look(run), "steps": [_step(step.run) for step in run.steps.all()]} for run in runs
        ],
        "may_run": policy.may(request.user, "operator", found.owner_ref),
    }
    return render(request, "chaos/suite.html", context)


def _step(run: object) -> dict[str, object]:
    return {"run": run, "said": words.run_said(run)}  # type: ignore[arg-type]


def edit(request: HttpRequest, pk: int = 0, service: int = 0) -> HttpResponse:
    """Create a suite of a service, or change one."""
    found = get_object_or_404(SUITES, pk=pk) if pk else None
    entity = found.service if found else get_object_or_404(Entity.objects.services(), pk=service)
    policy.require(request.user, "operator", entity.owner_ref)
    known = dict(Experiment.objects.filter(service=entity).values_list("pk", "slug"))
    titles = dict(Experiment.objects.filter(service=entity).order_by("title").values_list("slug", "title"))
    initial = None
    if found:
        initial = {name: getattr(found, name) for name in write.FIELDS}
        initial["experiments"] = [known[pk] for pk in found.experiments if pk in known]
    form = SuiteForm(request.POST or None, initial=initial)
    form.fields["experiments"].choices = list(titles.items())  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            made = write.save(found, entity, form.cleaned_data, request.user)
        except Invalid as error:
            form.wrong(error)
        else:
            messages.success(request, "Saved.")
            return redirect(made)
    context = {"form": form, "suite": found, "service": entity}
    return render(request, "chaos/suite_edit.html", context, status=422 if form.errors else 200)


@require_POST
def run_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the suite now; each of its experiments asks the guards."""
    found = get_object_or_404(SUITES, pk=pk)
    policy.require(request.user, "operator", found.owner_ref)
    if advance.begin(found, timezone.now(), by=request.user.get_username()) is None:
        messages.info(request, "The suite's run before still goes on.")
    return redirect(found)
