"""Pages of the calendar, of blackouts and of the teams' rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from chaos.calendars import ical, month, write
from chaos.calendars.forms import BlackoutForm, RulesForm, initial
from chaos.calendars.models import DAYS, EVERYTHING, Blackout, TeamRules
from chaos.engine.definition import Invalid
from chaos.filters import team_choices
from chaos.models import Experiment
from portal.access import policy
from portal.plugins import ActivityRow, activities

YEARS = range(2000, 2100)


def calendar(request: HttpRequest) -> HttpResponse:
    """A month or a week with planned slots, past runs, what was missed, blackouts and game days."""
    now, zone = timezone.now(), _zone(request.GET.get("zone", ""))
    day = _day(request.GET.get("day", ""), now.astimezone(zone).date())
    view, team = request.GET.get("view", "month"), request.GET.get("team", "").replace("\x00", "")[:63]
    build = month.week if view == "week" else month.month
    context = {
        "period": build(day, zone, now, team),
        "zone": zone.key,
        "view": "week" if view == "week" else "month",
        "filters": _filters(request, zone, day, team),
        "day_names": DAYS,
        "elsewhere": _elsewhere(request),
    }
    return render(request, "chaos/calendar.html", context)


def blackouts(request: HttpRequest) -> HttpResponse:
    """All blackouts that are not over, and the rules of teams."""
    now = timezone.now()
    rows = [row for row in Blackout.objects.all() if row.ends_at is None or row.ends_at > now]
    rules = list(TeamRules.objects.all())
    ruled = {row.scope for row in rules}
    mine = [ref for ref in policy.teams(request.user) if policy.may(request.user, "operator", ref)]
    open_scopes = [EVERYTHING, *mine] if policy.may(request.user, "admin") else mine
    context = {
        "rows": [(row, _holds(row, now), write.may(request.user, row.scope)) for row in rows],
        "rules": [(row, _may_rule(request.user, row.scope)) for row in rules],
        "unruled": [(scope, scope.rpartition("/")[2]) for scope in open_scopes if scope not in ruled],
        "may_create": policy.may_somewhere(request.user, "operator"),
    }
    return render(request, "chaos/blackouts.html", context)


def edit_blackout(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Create or change a blackout."""
    found = get_object_or_404(Blackout, pk=pk) if pk else None
    if found is not None:
        write.require(request.user, found.scope)
    elif not policy.may_somewhere(request.user, "operator"):
        raise PermissionDenied("You need the role operator of a team to write blackouts. Ask an admin for it.")
    form = BlackoutForm(request.POST or None, initial=initial(found) if found else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = write.blackout(found, form.values(), request.user)
        except Invalid as error:
            form.wrong(error)
        else:
            messages.success(request, f"The blackout “{made.title}” holds: {made.words}.")
            return redirect("chaos:blackouts")
    title = f"Edit {found.title}" if found else "New blackout"
    return _form(request, form, title)


@require_POST
def end_blackout(request: HttpRequest, pk: int) -> HttpResponse:
    """End a blackout."""
    found = get_object_or_404(Blackout, pk=pk)
    write.end(found, request.user)
    messages.success(request, f"The blackout “{found.title}” is over.")
    return redirect("chaos:blackouts")


@require_POST
def import_blackouts(request: HttpRequest) -> HttpResponse:
    """Take a file of iCalendar, all of it or nothing."""
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise Invalid("file", "Choose a file of iCalendar (.ics) first.")
        text = sent.read(ical.LARGEST + 1).decode("utf-8", "replace").replace("\x00", "")
        done = ical.take(text, request.POST.get("scope") or EVERYTHING, request.POST.get("zone") or "UTC", request.user)
    except Invalid as error:
        messages.error(request, f"Nothing was taken. {error.message if error.field != 'scope' else error}")
    else:
        messages.success(request, f"{done.created} blackouts are new, {done.replaced} were replaced.")
    return redirect("chaos:blackouts")


def edit_rules(request: HttpRequest, scope: str) -> HttpResponse:
    """Set the rules of a team, or of all."""
    if scope != EVERYTHING and not write.TEAM.match(scope):
        return redirect("chaos:blackouts")
    policy.require(request.user, "admin" if scope == EVERYTHING else "operator", "" if scope == EVERYTHING else scope)
    found = TeamRules.objects.filter(scope=scope).first()
    form = RulesForm(request.POST or None, initial=initial(found or TeamRules(scope=scope)))
    if request.method == "POST" and form.is_valid():
        try:
            made = write.rules(scope, form.cleaned_data, request.user)
        except Invalid as error:
            form.wrong(error)
        else:
            messages.success(request, f"The rules of {made.scope_name}: {made.words}.")
            return redirect("chaos:blackouts")
    name = "all teams" if scope == EVERYTHING else scope.rpartition("/")[2]
    return _form(request, form, f"Rules of {name}")


def _form(request: HttpRequest, form: Any, title: str) -> HttpResponse:
    context = {"form": form, "title": title}
    return render(request, "chaos/blackout_edit.html", context, status=422 if form.errors else 200)


def _holds(row: Blackout, now: Any) -> bool:
    return any(span.holds(now) for span in row.spans(now, now + timedelta(seconds=1)))


def _may_rule(user: Any, scope: str) -> bool:
    return policy.may(user, "admin") if scope == EVERYTHING else policy.may(user, "operator", scope)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _day(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if found.year in YEARS else today


def _filters(request: HttpRequest, zone: ZoneInfo, day: date, team: str) -> list[dict[str, Any]]:
    used = Experiment.objects.order_by().values_list("timezone", flat=True).distinct()
    zones = sorted({"UTC", zone.key, *used, *TeamRules.objects.values_list("zone", flat=True)})
    return [
        {"name": "day", "type": "hidden", "value": day.isoformat() if request.GET.get("day") else ""},
        {
            "name": "view", "label": "Show", "type": "select", "value": request.GET.get("view", "month"),
            "options": [("month", "a month"), ("week", "a week")],
        },
        {"name": "team", "label": "Team", "type": "select", "value": team, "options": [("", "all"), *team_choices()]},
        {
            "name": "zone", "label": "Time zone", "type": "select", "value": zone.key,
            "options": [(name, name) for name in zones],
        },
    ]  # fmt: skip


def _elsewhere(request: HttpRequest) -> list[ActivityRow]:
    """What other plugins have coming, such as freezes: they speak through the shell's own contract."""
    others = [one for one in activities.items() if one.kind == "upcoming" and activities.owner(one.key) != "chaos"]
    rows = [row for one in others for row in one.rows(request.user)]  # type: ignore[arg-type]
    return sorted((row for row in rows if row.when), key=lambda row: row.when or timezone.now())[:10]
