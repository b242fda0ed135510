"""Pages that create, edit and delete calendars, freezes and windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from deployments.gates.errors import Wrong
from deployments.gates.freezes import write
from deployments.gates.freezes.forms import (
    CalendarForm,
    Checked,
    FreezeForm,
    WindowForm,
    freeze_initial,
    scope_initial,
)
from deployments.models import DeploymentWindow, Freeze, FreezeCalendar
from portal.access import policy


def calendar(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Create or edit a calendar."""
    found = get_object_or_404(FreezeCalendar, slug=slug) if slug else None
    _allow(request, found)
    form = CalendarForm(request.POST or None, initial=scope_initial(found, "overrider") if found else None)
    back = found.get_absolute_url() if found else reverse("deployments:freezes")
    title = f"Edit {found.title}" if found else "New freeze calendar"
    return _page(request, form, title, back, lambda: write.calendar(found, form.cleaned_data, request.user))


def freeze(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Create or edit a freeze."""
    found = get_object_or_404(Freeze.objects.select_related("calendar"), pk=pk) if pk else None
    _allow(request, found)
    mine = [row for row in FreezeCalendar.objects.all() if write.may(request.user, row.owner_ref)]
    if not mine:
        messages.info(request, "There is no calendar that you may write to: make one first.")
        return redirect("deployments:freeze-calendar-new")
    initial = freeze_initial(found) if found else {"calendar": request.GET.get("calendar", mine[0].slug)}
    form = FreezeForm(request.POST or None, initial=initial, calendars=[found.calendar] if found else mine)
    back = found.calendar.get_absolute_url() if found else reverse("deployments:freezes")
    title = f"Edit {found.title}" if found else "New freeze"

    def save() -> Freeze:
        return write.freeze(found, form.cleaned_data["calendar"], form.values(), request.user)

    return _page(request, form, title, back, save)


def window(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Create or edit a deployment window."""
    found = get_object_or_404(DeploymentWindow, pk=pk) if pk else None
    _allow(request, found)
    initial = scope_initial(found, "days", "opens", "closes") if found else None
    form, back = WindowForm(request.POST or None, initial=initial), reverse("deployments:freezes")
    title = f"Edit {found.title}" if found else "New deployment window"
    return _page(request, form, title, back, lambda: write.window(found, form.cleaned_data, request.user))


@require_POST
def delete(request: HttpRequest, model: type[FreezeCalendar | Freeze | DeploymentWindow], pk: int) -> HttpResponse:
    """Delete one of them."""
    row: Any = get_object_or_404(model, pk=pk)
    write.delete(row, request.user)
    messages.success(request, f"{row.title} is deleted.")
    return redirect(row.calendar if isinstance(row, Freeze) else reverse("deployments:freezes"))


def _allow(request: HttpRequest, found: FreezeCalendar | Freeze | DeploymentWindow | None) -> None:
    if found is not None:
        write.require(request.user, found.owner_ref)
    elif not policy.may_somewhere(request.user, "operator"):
        raise PermissionDenied(
            "You need the role operator of a team to write freezes and windows. Ask an admin for it."
        )


def _page(request: HttpRequest, form: Checked, title: str, back: str, save: Callable[[], Model]) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            row: Any = save()
        except Wrong as error:
            form.wrong(error)
        else:
            messages.success(request, f"{row.title} is saved.")
            return redirect(row.calendar if isinstance(row, Freeze) else back)
    context = {"form": form, "title": title, "back": back}
    return render(request, "deployments/freezes/edit.html", context, status=422 if form.errors else 200)
