"""The card "Descriptor and AWS disagree": each difference, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from services import queries
from services.discovery import drifting
from services.models import Entity

ICONS = {
    "owner": "users", "lifecycle": "refresh", "tier": "stack-2", "missing": "help-circle", "undeclared": "file-text",
}  # fmt: skip
# A descriptor that leaves something out misleads less than one that says something wrong.
STATES = {"undeclared": "neutral"}
TITLES = {
    "missing": "declares {subject}, which no account has",
    "undeclared": "leaves out {subject}",
}


def context(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """The differences in words; nothing to show where both sides agree or nobody has compared them."""
    found = drifting.newest(queries.page_facts(request, entity))
    if found is None or not found[0]["items"]:
        return None
    value, seen = found
    rows = [
        {
            "icon": ICONS.get(item["kind"], "alert-triangle"),
            "state": STATES.get(item["kind"], "fair"),
            "title": _title(item),
            "fix": item["fix"],
        }
        for item in value["items"]
    ]
    return {"entity": entity, "rows": rows, "seen": seen}


def _title(item: dict[str, Any]) -> str:
    if item["kind"] in TITLES:
        return f"The descriptor {TITLES[item['kind']].format(**item)}"
    return f"{item['subject']}: {item['declared']} in the descriptor, {item['real']} in the tags"
