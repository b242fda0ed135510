"""Pages of pipelines: all of them across accounts and regions, and one with its runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Min, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from deployments.engine.plan.gates import POLICIES
from deployments.gates.asked import asked
from deployments.gates.errors import Conflict, Wrong
from deployments.gates.pipelines import answer, block, policies, present
from deployments.gates.pipelines.filters import PipelineFilter
from deployments.models import DeployGroup, Pipeline
from portal.access import policy
from portal.aws.models import Account
from portal.csvfile import download

PER_PAGE = 25
MOST_GROUPS = 100
COLUMNS = (
    "pipeline", "service", "account", "region", "status", "waiting", "closed_stages", "reason", "compliance_policy",
    "observed",
)  # fmt: skip


def overview(request: HttpRequest) -> HttpResponseBase:
    """CodePipeline and CodeDeploy of all accounts and regions."""
    chosen = PipelineFilter(request.GET, queryset=Pipeline.objects.select_related("service"))
    if request.GET.get("format") == "csv":
        return download(_csv(chosen.qs), "pipelines.csv")
    groups = _groups(request)
    page = Paginator(chosen.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _rows(list(page)),
        "filters": chosen,
        "filtered": any(request.GET.get(name) for name in chosen.filters),
        "places": present.places(Pipeline.objects.only("account", "region", "status", "closed", "waiting")),
        "groups": [(group, present.badge(group.status)) for group in groups[:MOST_GROUPS]],
        "group_count": groups.count(),
        "names": dict(Account.objects.values_list("account_id", "name")),
        "oldest": Pipeline.objects.aggregate(at=Min("observed_at"))["at"],
    }
    return render(request, "deployments/pipelines/list.html", context)


def pipeline(request: HttpRequest, pk: int) -> HttpResponse:
    """One pipeline: stages, what is closed and what waits, its policy, its runs."""
    found = get_object_or_404(Pipeline.objects.select_related("service"), pk=pk)
    effective = policies.of([found])[found.pk]
    page = Paginator(found.executions.all(), PER_PAGE).get_page(request.GET.get("page"))
    change, compliance = block.standing(found), block.compliance_of(found)
    ours = change.target["stage"] if change is not None else ""
    others = Pipeline.objects.filter(name=found.name).exclude(pk=found.pk)
    role = "operator" if found.owner_ref else "admin"
    context = {
        "pipeline": found,
        "badge": present.badge(found.status),
        "stages": present.stages(found),
        "compliance": compliance,
        "effective": effective,
        "policy_words": present.policy_words(effective),
        "policies": POLICIES,
        "ours": ours,
        "answer": answer.latest(found),
        "closed_words": present.closed_words(found, ours, compliance.rules),
        "page": page,
        "runs": [(run, present.badge(run.status)) for run in page],
        "elsewhere": [(row, present.badge(row.status)) for row in others],
        "groups": [
            (group, present.badge(group.status)) for group in DeployGroup.objects.filter(application=found.name)
        ],
        "names": dict(Account.objects.values_list("account_id", "name")),
        "may_act": policy.may(request.user, role, found.owner_ref),
    }
    return render(request, "deployments/pipelines/pipeline.html", context)


@require_POST
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Set what compliance means for the pipeline."""
    found = get_object_or_404(Pipeline.objects.select_related("service"), pk=pk)
    try:
        policies.choose(found, request.POST.get("policy", ""), request.POST.get("stage", ""), request.user)
    except Wrong as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The policy is set; the pipeline follows within half a minute.")
    return redirect(found)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or reject the run that waits; a worker tells AWS."""
    found = get_object_or_404(Pipeline.objects.select_related("service"), pk=pk)
    stage, action, verdict, reason = (request.POST.get(key, "") for key in ("stage", "action", "verdict", "reason"))
    try:
        answer.ask(found, stage, action, verdict, reason, request.user)
    except Wrong as error:
        messages.error(request, error.message)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The answer is on its way to AWS; the page shows it within a minute.")
    return redirect(found)


def _rows(found: list[Pipeline]) -> list[dict[str, Any]]:
    effective = policies.of(found)
    return [
        {
            "pipeline": row, "badge": present.badge(row.status), "stages": present.stages(row),
            "policy": effective[row.pk], "first": number == 0 or found[number - 1].name != row.name,
        }
        for number, row in enumerate(found)
    ]  # fmt: skip


def _groups(request: HttpRequest) -> QuerySet[DeployGroup]:
    rows = DeployGroup.objects.select_related("service")
    for name in ("account", "region"):
        if wanted := asked(request.GET, name, 30):
            rows = rows.filter(**{name: wanted})
    return rows


def _csv(rows: QuerySet[Pipeline]) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    found = list(rows)
    effective = policies.of(found)
    for row in found:
        shut = [stage for stage in row.stages if not stage["open"]]
        yield (
            row.name, row.service.ref if row.service else "", row.account, row.region, row.status, row.waiting,
            " ".join(stage["name"] for stage in shut), "; ".join(stage["reason"] for stage in shut),
            effective[row.pk].policy, row.observed_at.isoformat(),
        )  # fmt: skip
