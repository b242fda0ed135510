"""The tab "Facts": every fact with its value, its age, its source and its expiry."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

from services import queries
from services.facts import FactView, name_of
from services.models import Entity

SHOWN = 20_000  # characters of a value; the whole is in the API


def context(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    """The open facts by key."""
    views = sorted(queries.page_facts(request, entity).items())
    stale = sum(1 for _, view in views if not view.fresh)
    return {"entity": entity, "rows": [_row(key, view) for key, view in views], "stale": stale}


def _row(key: str, view: FactView) -> dict[str, Any]:
    text = json.dumps(view.value, indent=2, sort_keys=True, ensure_ascii=False)
    count = view.value.get("count") if "items" in view.value else None
    return {
        "key": key,
        "name": name_of(key),
        "view": view,
        "count": count,
        "text": text[:SHOWN],
        "cut": len(text) > SHOWN,
    }
