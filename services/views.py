"""Pages about where the catalog comes from: discovery and imports."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from portal.access import policy
from portal.jobs.models import Run
from services import discover
from services.discovery import families
from services.discovery.inventory import SETTLED, TAGS
from services.models import DiscoveryReport, Stray
from services.models.adoption import OPEN


def discovery(request: HttpRequest) -> HttpResponse:
    """What the last discovery could read, and what to do where it could not."""
    reports = list(DiscoveryReport.objects.all())
    places = sorted({(row.account_name, row.account, row.region) for row in reports})
    cells = {(row.kind, row.account, row.region): row for row in reports}
    kinds = sorted({row.kind for row in reports})
    twice = {TAGS.title, *(family.title for family in families.items() if family.beside)}
    context = {
        "reports": reports,
        "places": places,
        "grid": [(kind, [cells.get((kind, account, region)) for _, account, region in places]) for kind in kinds],
        "trouble": [row for row in reports if row.state not in SETTLED],
        "newest": max((row.at for row in reports), default=None),
        "found": sum(row.found for row in reports if row.kind not in twice),
        "run": Run.objects.filter(job=discover.JOB).order_by("-id").first(),
        "strays": Stray.objects.filter(state=OPEN).count(),
        "may_start": policy.may_somewhere(request.user, "operator"),
    }
    return render(request, "services/discovery.html", context)


@require_POST
def discovery_run(request: HttpRequest) -> HttpResponse:
    """Start a discovery now; operators only."""
    if not policy.may_somewhere(request.user, "operator"):
        policy.require(request.user, "operator")
    discover.start(request.user)
    messages.success(request, "Discovery is on its way.")
    return redirect("services:discovery")
