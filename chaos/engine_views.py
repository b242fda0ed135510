"""Pages of the engines: the FIS templates that discovery found, and the way to Gremlin."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chaos.engine_filters import FisTemplateFilter
from chaos.engine_forms import GremlinForm
from chaos.engine_models import FisTemplate, GremlinAccount
from chaos.gremlin import account
from portal.access import policy
from services.models import Entity


def templates(request: HttpRequest) -> HttpResponse:
    """All templates, filtered, with what is risky about each and how old the reading is."""
    chosen = FisTemplateFilter(request.GET, queryset=FisTemplate.objects.all())
    page = Paginator(chosen.qs, 25).get_page(request.GET.get("page"))
    names = {row.service for row in page.object_list}
    services = {entity.name: entity for entity in Entity.objects.filter(kind="component", name__in=names)}
    context = {
        "filters": chosen,
        "page": page,
        "rows": [(row, services.get(row.service)) for row in page.object_list],
        "read_at": FisTemplate.objects.aggregate(at=Max("seen_at"))["at"],
        "may_connect": policy.may(request.user, "admin", ""),
    }
    return render(request, "chaos/templates.html", context)


def gremlin(request: HttpRequest) -> HttpResponse:
    """Enter Gremlin's key. For admins; the key is sealed at once and never shown again."""
    policy.require(request.user, "admin", "")
    form = GremlinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        account.enter(request.user, form.cleaned_data["key"], form.cleaned_data["team_id"])
        messages.success(request, "Gremlin is connected: the key is sealed.")
        return redirect("chaos:gremlin")
    context = {
        "form": form,
        "row": GremlinAccount.objects.filter(pk=1).first(),
        "by_environment": account.by_environment(),
        "quiet_until": account.quiet_until(),
    }
    return render(request, "chaos/gremlin.html", context, status=400 if form.errors else 200)


@require_POST
def gremlin_remove(request: HttpRequest) -> HttpResponse:
    """Forget the key. For admins."""
    account.remove(request.user)
    messages.success(request, "The key is forgotten.")
    return redirect("chaos:gremlin")
