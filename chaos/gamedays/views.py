"""Pages of game days."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from chaos.engine.definition import Invalid
from chaos.gamedays import present, write
from chaos.gamedays.forms import GameDayForm, NoteForm, initial
from chaos.gamedays.models import GameDay
from portal.access import policy
from services.models import Entity


def game_days(request: HttpRequest) -> HttpResponse:
    """All game days, newest first."""
    page = Paginator(GameDay.objects.all(), 25).get_page(request.GET.get("page"))
    rows = [{"day": day, "when": present.when(day), "look": present.state_of(day)} for day in page]
    context = {"page": page, "rows": rows, "may_create": policy.may_somewhere(request.user, "operator")}
    return render(request, "chaos/game_days.html", context)


def game_day(request: HttpRequest, pk: int) -> HttpResponse:
    """One game day: its experiments, live notes, people; the part that moves is polled."""
    found = get_object_or_404(GameDay, pk=pk)
    context = present.context(found) | {
        "may_write": policy.may(request.user, "operator", found.owner_ref),
        "note_form": NoteForm(),
    }
    live = request.headers.get("HX-Target") == "game-day"
    return render(request, "chaos/_game_day.html" if live else "chaos/game_day.html", context)


def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report: runs, verdicts, findings, actions to take; made to be printed."""
    return render(request, "chaos/game_day_report.html", present.context(get_object_or_404(GameDay, pk=pk)))


def edit(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Plan or change a game day."""
    found = get_object_or_404(GameDay, pk=pk) if pk else None
    if found is not None:
        policy.require(request.user, "operator", found.owner_ref)
    teams = [found.owner_ref] if found else _teams(request)
    if not teams:
        raise PermissionDenied("You need the role operator of a team to plan game days. Ask an admin for it.")
    form = GameDayForm(request.POST or None, teams=teams, initial=initial(found) if found else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = write.save(found, form.values(), request.user)
        except Invalid as error:
            form.wrong(error)
        else:
            messages.success(request, "Saved.")
            return redirect(made)
    context = {"form": form, "day": found}
    return render(request, "chaos/game_day_edit.html", context, status=422 if form.errors else 200)


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write one line."""
    found = get_object_or_404(GameDay, pk=pk)
    try:
        write.note(found, request.POST.get("text", ""), request.POST.get("kind", "note"), request.user)
    except Invalid as error:
        messages.error(request, error.message)
    return redirect(found)


@require_POST
def start_next(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the next experiment."""
    found = get_object_or_404(GameDay, pk=pk)
    try:
        write.start_next(found, request.user)
    except Invalid as error:
        messages.error(request, error.message)
    return redirect(found)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it and show the report."""
    found = get_object_or_404(GameDay, pk=pk)
    try:
        write.end(found, request.user)
    except Invalid as error:
        messages.error(request, error.message)
        return redirect(found)
    return redirect("chaos:game-day-report", pk=pk)


def _teams(request: HttpRequest) -> list[str]:
    if policy.may(request.user, "operator"):
        owners = Entity.objects.services().order_by().values_list("owner_ref", flat=True).distinct()
        return sorted(ref for ref in owners if ref.startswith("group:"))
    return [team for team in policy.teams(request.user) if policy.may(request.user, "operator", team)]
