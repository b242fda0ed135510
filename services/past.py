"""The page of an entity's past: every change with who, when and what differs, and the descriptor as of any date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from services import entity_views
from services.models import Entity, EntityVersion
from services.storing import history

PAGE = 25
CUT = 400
ICONS = {
    "added": ("good", "plus"),
    "changed": ("neutral", "refresh"),
    "removed": ("poor", "x"),
    "restored": ("good", "check"),
}


@dataclass(frozen=True)
class Line:
    """One change as the page shows it."""

    version: EntityVersion
    state: str
    icon: str
    by: str
    why: str
    changes: list[tuple[str, str, str]]


def page(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """The history of all that ever bore this ref; removed entities have one too."""
    ref = f"{kind}:{namespace}/{name}".lower()
    entities = Entity.objects.by_refs([ref])
    entity = entities.order_by("removed_at").last() or _missing()
    entity = entities.filter(removed_at=None).first() or entity
    rows = Paginator(history.versions(entities), PAGE).get_page(request.GET.get("page"))
    above = (
        {}
        if entity.removed_at
        else entity_views.frame(request, entity, entity_views.tabs_of(request, entity), entity_views.HISTORY)
    )
    why = "" if entity.removed_why.startswith("Removed by ") else entity.removed_why
    context = {"why": why, "ref": ref, "entity": entity, "page": rows, "lines": [_line(row) for row in rows], **above}
    return render(request, "services/history.html", context | _past(request, ref))


def _missing() -> Entity:
    raise Http404


def _past(request: HttpRequest, ref: str) -> dict[str, Any]:
    """The descriptor as of the day that the address asks for."""
    asked = request.GET.get("as_of", "").strip()
    if not asked:
        return {}
    when = history.moment_of(asked)
    if when is None:
        return {"asked": asked, "wrong": f"{asked[:40]} is no date. Write one such as 2026-11-01."}
    version = history.as_of(ref, when)
    text = yaml.safe_dump(version.data, sort_keys=False, allow_unicode=True, width=100) if version else ""
    return {"asked": asked, "when": when, "then": version, "text": text}


def _line(version: EntityVersion) -> Line:
    state, icon = ICONS[version.change]
    by = re.sub(r"^location (file:|url:)?", "the location ", version.by)
    # Who gave no reason left only the sentence that names them.
    why = "" if version.why == f"Removed by {version.by}." else version.why
    if version.change == "removed":
        return Line(version, state, icon, by, why, [])
    before = getattr(version, "before", None) or {}
    changed = history.differences(before, version.data) if before else []
    return Line(version, state, icon, by, why, [(one.path, words(one.before), words(one.after)) for one in changed])


def words(value: Any) -> str:
    """A value of a descriptor as one short text; "nothing" where there is none."""
    if value is None:
        return "nothing"
    text = (
        value
        if isinstance(value, str)
        else yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    )
    text = text.removesuffix("...\n").strip()
    return text if len(text) <= CUT else f"{text[:CUT]} …"
