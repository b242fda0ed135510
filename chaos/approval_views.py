"""The two buttons of the approval card."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from chaos import approvals, queries
from chaos.engine.definition import Invalid


@require_POST
def approve(request: HttpRequest, slug: str) -> HttpResponse:
    """Approve what the page showed; the hash of it comes back with the form."""
    found = get_object_or_404(queries.experiments(), slug=slug)
    seen, standing = request.POST.get("targets_hash", ""), request.POST.get("standing") == "1"
    try:
        made = approvals.approve(found, request.user, seen, standing=standing, reason=request.POST.get("reason", ""))
    except Invalid as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"Approved until {made.expires_at:%Y-%m-%d %H:%M} UTC.")
    return redirect(found)


@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back every approval that still counts."""
    found = get_object_or_404(queries.experiments(), slug=slug)
    taken = approvals.withdraw(found, request.user)
    messages.success(request, "The approval is withdrawn." if taken else "There was no approval to withdraw.")
    return redirect(found)
