"""Pages of the catalog: filter, query, render."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from portal import panels
from portal.access import policy
from portal.jobs.models import Run
from portal.plugins import Panel
from services import csv_export, discover, listing, queries
from services.discovery import families
from services.discovery.inventory import SETTLED, TAGS
from services.engine import serverless
from services.models import DiscoveryReport, Entity, Import, Stray
from services.models.adoption import OPEN
from services.panels import about, configuration
from services.table import table

PAGE = 50
# What the cards of a team's page say already.
TEAM_CARDS = ("hasMember", "childOf", "parentOf")
# Cards of pages that plugins do not add to.
ABOUT = Panel("services.about", "About", "", "services/panel_about.html", about.context)
OWN_CARDS = {
    "resource": [
        Panel("services.configuration", "Configuration", "", "services/panel_configuration.html", configuration.context)
    ]
}


def entity_list(request: HttpRequest) -> HttpResponse:
    """The catalog, filtered by the address."""
    page = Paginator(listing.answer(request), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"page": page, "table": table(list(page), request), "headers": listing.headers(request)}
    context["filtered"] = "?" in listing.clean_address(request)
    htmx: Any = request.htmx  # type: ignore[attr-defined]  # set by HtmxMiddleware
    if htmx and htmx.target == "results" and not htmx.history_restore_request:
        answer = render(request, "services/_results.html", context)
        answer["HX-Push-Url"] = listing.clean_address(request)
    else:
        answer = render(request, "services/list.html", context | {"filters": listing.filters(request)})
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


def export(request: HttpRequest) -> HttpResponseBase:
    """Exactly the filtered rows as CSV, without pages."""
    return csv_export.response(listing.answer(request), "services.csv")


def entity(request: HttpRequest, kind: str, namespace: str, name: str, tab: str = "") -> HttpResponse:
    """One entity: its overview, or one of the tabs that plugins add."""
    found = _find(kind, namespace, name)
    tabs = panels.offered("service.tab", request) if found.kind == "component" else []
    context: dict[str, Any] = {"entity": found, "tabs": _tabs(found, tabs, tab), "back": _back(found)}
    context["owner_url"] = queries.page_of(found.owner_ref)
    if tab:
        panel = next((panel for panel in tabs if panel.key == tab), None)
        if panel is None:
            raise Http404
        context |= {"tab": panel, "drawn": panels.render_panel(panel, request, found)}
    context |= _header(request, found)
    if not tab:
        context |= _overview(request, found)
    return render(request, "services/entity.html", context)


def _find(kind: str, namespace: str, name: str) -> Entity:
    return get_object_or_404(Entity.objects.live(), kind=kind.lower(), namespace=namespace.lower(), name=name.lower())


def _back(found: Entity) -> str:
    address = reverse("services:list")
    return address if found.kind == "component" else f"{address}?kind={found.kind}"


def _tabs(found: Entity, offered: list[Panel], current: str) -> list[dict[str, Any]]:
    if not offered:
        return []
    base = found.get_absolute_url()
    rest = [{"label": panel.title, "url": f"{base}{panel.key}/", "active": panel.key == current} for panel in offered]
    return [{"label": "Overview", "url": base, "active": not current}, *rest]


def _header(request: HttpRequest, found: Entity) -> dict[str, Any]:
    if found.kind != "component":
        return {}
    items = queries.items(queries.page_facts(request, found))
    return {
        "serverless": serverless.verdict(items),
        "header_panels": panels.render("service.header", request, found),
        "action_panels": panels.render("service.actions", request, found),
    }


def _overview(request: HttpRequest, found: Entity) -> dict[str, Any]:
    if found.kind == "component":
        return {f"{slot}_panels": panels.render(f"service.{slot}", request, found) for slot in ("full", "main", "side")}
    relations = queries.all_targets(found, without=TEAM_CARDS if found.kind == "group" else ())
    slots = {
        slot: panels.render(f"team.{slot}", request, found) if found.kind == "group" else []
        for slot in ("main", "side")
    }
    own = [panels.render_panel(panel, request, found) for panel in OWN_CARDS.get(found.kind, ())]
    about = panels.render_panel(ABOUT, request, found)
    return {
        "relations": relations,
        "main_panels": [*slots["main"], *(card for card in own if card)],
        "side_panels": [*([about] if about else []), *slots["side"]],
    }


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


def imports(request: HttpRequest) -> HttpResponse:
    """What became of every document of every descriptor file."""
    rows = Import.objects.order_by("-state", "source", "document", "line")
    errors = rows.filter(state="error")
    page = Paginator(errors if request.GET.get("show") != "all" else rows, 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "errors": errors.count(),
        "total": rows.count(),
        "newest": Import.objects.order_by("-at").values_list("at", flat=True).first(),
    }
    return render(request, "services/imports.html", context)
