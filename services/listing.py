"""The catalog's list: one address, one query; what the page and its CSV share."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from services.filters import EntityFilter, choices, ordering
from services.models import Entity

SORTABLE = (("name", "Service"), ("owner", "Owner"), ("tier", "Tier"), ("lifecycle", "Lifecycle"))


def question(request: HttpRequest) -> QueryDict:
    """The address's filters; a list that names no kind shows components, "all" shows everything."""
    asked = request.GET.copy()
    asked.setdefault("kind", "component")
    return asked


def answer(request: HttpRequest) -> QuerySet[Entity]:
    """The rows that the address asks for, in its order. Filters that cannot be read are left out."""
    asked = question(request)
    everything = Entity.objects.live().order_by(*ordering("name"))
    for name in EntityFilter(asked, queryset=everything, request=request).form.errors:
        asked.pop(name, None)
    rows: QuerySet[Entity] = EntityFilter(asked, queryset=everything, request=request).qs
    return rows


def filters(request: HttpRequest) -> list[dict[str, Any]]:
    """The controls above the list with their choices and what is chosen."""
    asked, known = question(request), choices(Entity.objects.live())
    kind = asked.get("kind", "")

    def select(name: str, label: str, options: list[tuple[Any, str]], everything: str) -> dict[str, Any]:
        return {"name": name, "label": label, "value": asked.get(name, ""), "options": [("", everything), *options]}

    kinds = [("component", "Services"), *((k, words.capitalize()) for k, words in known["kind"] if k != "component")]
    return [
        {"name": "q", "label": "Search", "type": "text", "value": asked.get("q", "")},
        {"name": "kind", "label": "Kind", "value": kind, "options": [*kinds, ("all", "Everything")]},
        select("owner", "Owner", [(words, words) for _, words in known["owner_ref"]], "All teams"),
        select("system", "System", [(words, words) for _, words in known["system_ref"]], "All"),
        select("type", "Type", known["type"], "All"),
        select("lifecycle", "Lifecycle", known["lifecycle"], "All"),
        select("tier", "Tier", known["tier"], "All"),
        select("mine", "Whose", [("true", "Mine")], "Everybody's"),
    ]


def headers(request: HttpRequest) -> list[dict[str, str]]:
    """The sortable headers: which way a click sorts, and which way it is sorted now."""
    now = request.GET.get("sort", "name")
    found = []
    for key, title in SORTABLE:
        state = "ascending" if now == key else "descending" if now == f"-{key}" else "none"
        found.append({"key": key, "title": title, "next": f"-{key}" if state == "ascending" else key, "state": state})
    return found


def clean_address(request: HttpRequest) -> str:
    """The address without what says nothing, for the browser's bar."""
    asked = request.GET.copy()
    for name in list(asked):
        if not asked[name] or (name, asked[name]) in {("kind", "component"), ("page", "1")}:
            del asked[name]
    return f"{request.path}?{asked.urlencode()}" if asked else request.path
