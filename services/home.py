"""What the catalog puts on the home page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse

from portal.access import policy
from portal.jobs.models import RUNNING, Run
from portal.plugins import ActivityRow
from services import discover, queries
from services.lists.table import table
from services.models import DiscoveryReport, Entity, Stray
from services.models.adoption import OPEN

SHOWN = 8


def lead(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """How many services my teams own, or how many there are for people without a team."""
    teams = set(policy.teams(request.user))
    counts = queries.services_by_team()
    if not counts:
        return None
    mine = sum(count for team, count in counts.items() if team in teams)
    return {"count": mine or sum(counts.values()), "teams": 0 if mine else len(counts)}


def mine(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """The services of my teams, the most important first; all services for people without a team."""
    teams = policy.teams(request.user)
    everything = Entity.objects.services()
    rows = everything.filter(owner_ref__in=teams) if teams else everything
    total = everything.aggregate(count=Count("pk"))["count"]
    shown = list(rows.order_by("tier", "name")[:SHOWN])
    return {
        "table": table(shown, request),
        "total": total,
        "mine": bool(teams),
        "strays": Stray.objects.filter(state=OPEN).count(),
    }


def running(user: User) -> list[ActivityRow]:
    """Discovery while it runs."""
    run = Run.objects.filter(job=discover.JOB, state=RUNNING).order_by("-id").first()
    if run is None or not run.progress_total:
        return []
    accounts = DiscoveryReport.objects.values("account").distinct().count()
    title = f"Discovery, {accounts} accounts" if accounts > 1 else "Discovery"
    percent = min(100, round(100 * run.progress_done / run.progress_total))
    return [
        ActivityRow(title, reverse("services:discovery"), run.progress_text, "refresh", "good", percent, run.started_at)
    ]
