"""The home page: my services, next fixes, what is running, what comes."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal import panels
from portal.jobs.models import Run
from portal.plugins import ActivityRow, activities

log = logging.getLogger(__name__)
ROWS = 6


def activity_rows(request: HttpRequest, kind: str) -> list[ActivityRow]:
    """Rows of all plugins, soonest first; a source that fails is left out."""
    rows: list[ActivityRow] = []
    for source in activities.items():
        if source.kind != kind:
            continue
        try:
            rows += source.rows(request.user)  # type: ignore[arg-type]
        except Exception:  # a plugin may fail in any way
            log.exception("activity source %s failed", source.key)
    far = timezone.now() + timedelta(days=3650)
    return sorted(rows, key=lambda row: row.when or far)[:ROWS]


def latest_setup() -> Run | None:
    """The run that fills the demo organisation, where there is one."""
    return Run.objects.filter(job="portal.demo").order_by("-id").first()


def home(request: HttpRequest) -> HttpResponse:
    """What a person wants to see first in the morning."""
    context = {
        "leads": panels.render("home.lead", request),
        "main_panels": panels.render("home.main", request),
        "side_panels": panels.render("home.side", request),
        "running": activity_rows(request, "running"),
        "upcoming": activity_rows(request, "upcoming"),
        "setup": latest_setup(),
    }
    return render(request, "portal/home.html", context)


def setup(request: HttpRequest) -> HttpResponse:
    """The progress of the demo's setting up, polled by the home page until it has ended."""
    return render(request, "portal/_setup.html", {"setup": latest_setup()})
