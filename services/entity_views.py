"""The page of one entity: verdict first, then the cards of its kind; tabs; the descriptor as a file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal import panels
from portal.access import policy
from portal.plugins import Panel
from services import naming, queries, verdicts
from services.engine import serverless
from services.imports import tombstones
from services.models import Entity
from services.panels import descriptor as written
from services.storing import documents

SLOTS = {"component": "service", "group": "team"} | {
    kind: kind for kind in ("user", "system", "domain", "api", "resource")
}
HISTORY = "history"
TYPES = {"json": "application/json", "yaml": "application/yaml"}


@tombstones.shown
@require_GET
def entity(request: HttpRequest, kind: str, namespace: str, name: str, tab: str = "") -> HttpResponse:
    """One entity: its overview, or one of the tabs that plugins add."""
    found = _find(kind, namespace, name)
    offered = tabs_of(request, found)
    context = frame(request, found, offered, tab)
    if tab:
        panel = next((panel for panel in offered if panel.key == tab), None)
        if panel is None:
            raise Http404
        context |= {"tab": panel, "drawn": panels.render_panel(panel, request, found)}
    if not tab:
        context |= _overview(request, found)
    return render(request, "services/entity.html", context)


def tabs_of(request: HttpRequest, found: Entity) -> list[Panel]:
    """The tabs that plugins add to the page of this entity, in order."""
    offered = panels.offered("entity.tab", request)
    if found.kind == "component":
        offered = sorted(offered + panels.offered("service.tab", request), key=lambda panel: (panel.order, panel.key))
    return offered


def frame(request: HttpRequest, found: Entity, offered: list[Panel], tab: str) -> dict[str, Any]:
    """What stands above every tab of an entity: its name, badges, actions and the tabs."""
    return {
        "entity": found,
        "tabs": _tabs(found, offered, tab),
        "back": _back(found),
        "kind_words": _kind(found),
        "kinds_words": naming.MANY.get(found.kind, found.kind),
        "owner_url": queries.page_of(found.owner_ref),
        "may_edit": policy.may(request.user, "editor", found.owner_ref),
        **_header(request, found),
    }


@require_GET
def descriptor(request: HttpRequest, kind: str, namespace: str, name: str, form: str) -> HttpResponse:
    """The finished document as a file."""
    if form not in TYPES:
        raise Http404
    found = _find(kind, namespace, name)
    text = written.text(documents.finished(found), form)
    answer = HttpResponse(text, content_type=f"{TYPES[form]}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.kind}-{found.name}.{form}"'
    return answer


def _find(kind: str, namespace: str, name: str) -> Entity:
    if "\x00" in f"{kind}{namespace}{name}":
        raise Http404
    return get_object_or_404(Entity.objects.live(), kind=kind.lower(), namespace=namespace.lower(), name=name.lower())


def _kind(found: Entity) -> str:
    """The kind as its badge has it; a service keeps the name of the model, which its descriptor has too."""
    return found.kind if found.kind == "component" else naming.ONE.get(found.kind, found.kind)


def _back(found: Entity) -> str:
    address = reverse("services:list")
    return address if found.kind == "component" else f"{address}?kind={found.kind}"


def _tabs(found: Entity, offered: list[Panel], current: str) -> list[dict[str, Any]]:
    base = found.get_absolute_url()
    rest = [{"label": panel.title, "url": f"{base}{panel.key}/", "active": panel.key == current} for panel in offered]
    past = {
        "label": "History",
        "url": reverse("services:history", args=[found.kind, found.namespace, found.name]),
        "active": current == HISTORY,
    }
    return [{"label": "Overview", "url": base, "active": not current}, *rest, past]


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
    prefix = SLOTS.get(found.kind, "other")
    drawn = {f"{slot}_panels": panels.render(f"{prefix}.{slot}", request, found) for slot in ("full", "main", "side")}
    return drawn | {"verdict": verdicts.of(found)}
