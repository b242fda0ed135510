"""Pages of freezes: the month with what holds and what comes, and the calendars."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from deployments.gates.asked import asked
from deployments.gates.errors import Wrong
from deployments.gates.freezes import ical, month, rules, standing, write
from deployments.gates.freezes.forms import DAYS
from deployments.gates.freezes.standing import Occurrence
from deployments.models import DeploymentWindow, FreezeCalendar
from portal.access import policy
from services.models import Entity

AHEAD = timedelta(days=90)
MOST_AHEAD = 30


def overview(request: HttpRequest) -> HttpResponse:
    """A month of freezes, on the clock of a zone, of all calendars or those that hold for one service."""
    now, calendars = timezone.now(), list(FreezeCalendar.objects.all())
    zone = _zone(request.GET.get("zone", ""), calendars)
    chosen = _chosen(request, calendars)
    rows = standing.freezes() if chosen is None else standing.freezes().filter(calendar__in=chosen)
    ahead = standing.between(rows, now, now + AHEAD)
    context = {
        "month": month.of(month.first_day(request.GET.get("month", ""), zone, now), zone, now, chosen),
        "zone": zone.key,
        "now_frozen": [one for one in ahead if one.span.holds(now)],
        "upcoming": _first_of_each([one for one in ahead if one.span.start > now])[:MOST_AHEAD],
        "ahead_days": AHEAD.days,
        "calendars": [(row, write.may(request.user, row.owner_ref)) for row in calendars],
        "windows": [(row, write.may(request.user, row.owner_ref)) for row in DeploymentWindow.objects.all()],
        "day_names": dict(DAYS),
        "filters": _filters(request, calendars, zone),
        "may_create": policy.may_somewhere(request.user, "operator"),
    }
    return render(request, "deployments/freezes/month.html", context)


def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """One calendar with all its freezes, its file to take along, and the way to take one in."""
    found = get_object_or_404(FreezeCalendar, slug=slug)
    now = timezone.now()
    freezes = list(found.freezes.select_related("calendar"))
    rows = [(freeze, _next(freeze, now)) for freeze in freezes]
    context = {"calendar": found, "rows": rows, "may_write": write.may(request.user, found.owner_ref)}
    return render(request, "deployments/freezes/calendar.html", context)


def export(request: HttpRequest, slug: str) -> HttpResponse:
    """The calendar as a file of iCalendar."""
    found = get_object_or_404(FreezeCalendar.objects.prefetch_related("freezes"), slug=slug)
    answer = HttpResponse(ical.export([found]), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    return answer


@require_POST
def take(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a file of iCalendar into the calendar, all of it or nothing."""
    found = get_object_or_404(FreezeCalendar, slug=slug)
    write.require(request.user, found.owner_ref)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise Wrong("file", "Choose a file of iCalendar (.ics) first.")
        done = ical.take(found, sent.read(ical.LARGEST + 1), request.user)
    except Wrong as error:
        messages.error(request, error.message)
        return redirect(found)
    for problem in done.problems:
        messages.error(request, problem)
    if not done.problems:
        messages.success(request, f"{done.created} freezes are new, {done.replaced} were replaced.")
    return redirect(found)


def _first_of_each(rows: list[Occurrence]) -> list[Occurrence]:
    """The next occurrence of each freeze: a weekly one would fill the list."""
    first = {row.freeze.pk: row for row in reversed(rows)}
    return sorted(first.values(), key=lambda row: row.span.start)


def _next(freeze: Any, now: datetime) -> Any:
    return next(iter(rules.spans(freeze, now, now + timedelta(days=400))), None)


def _zone(name: str, calendars: list[FreezeCalendar]) -> ZoneInfo:
    try:
        return rules.zone_of(name or (calendars[0].zone if calendars else "UTC"))
    except Wrong:
        return ZoneInfo("UTC")


def _chosen(request: HttpRequest, calendars: list[FreezeCalendar]) -> list[FreezeCalendar] | None:
    slug, name = asked(request.GET, "calendar"), asked(request.GET, "service", 200).rpartition("/")[2].lower()
    if slug:
        return [row for row in calendars if row.slug == slug]
    if not name:
        return None
    entity = get_object_or_404(Entity.objects.services(), name=name)
    return list({freeze.calendar_id: freeze.calendar for freeze in standing.of(entity)}.values())


def _filters(request: HttpRequest, calendars: list[FreezeCalendar], zone: ZoneInfo) -> list[dict[str, Any]]:
    zones = sorted({"UTC", zone.key, *(row.zone for row in calendars)})
    return [
        {"name": "month", "type": "hidden", "value": request.GET.get("month", "")},
        {"name": "service", "label": "Service", "type": "text", "value": request.GET.get("service", "")},
        {
            "name": "calendar", "label": "Calendar", "type": "select", "value": request.GET.get("calendar", ""),
            "options": [("", "all"), *((row.slug, row.title) for row in calendars)],
        },
        {
            "name": "zone", "label": "Time zone", "type": "select", "value": zone.key,
            "options": [(name, name) for name in zones],
        },
    ]  # fmt: skip
