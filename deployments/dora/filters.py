"""The filter bar of the report: two queries, for the names to choose from."""

from __future__ import annotations

from typing import Any

from deployments.dora.asked import DAYS, GROUPS, USUAL_DAYS
from services.models import Entity


def described(values: Any, *, whole: bool = True) -> list[dict[str, Any]]:
    """What can be chosen, with what is chosen now; not ``whole`` leaves out what only shapes the report."""
    services = Entity.objects.services().filter(deployments__isnull=False).order_by().distinct()
    teams = sorted({owner.rpartition("/")[2] for owner in services.values_list("owner_ref", flat=True) if owner})
    systems = sorted({system.rpartition("/")[2] for system in services.values_list("system_ref", flat=True) if system})
    dated = values.get("since") or values.get("until")
    shapes = [
        _choice(values, "every", "Trend by", [("", "fitting"), ("week", "week"), ("month", "month")]),
        _choice(values, "by", "Table by", [("", "team"), *((name, name) for name in GROUPS if name != "team")]),
    ]
    return [
        _text(values, "service", "Service"),
        _choice(values, "team", "Team", [("", "all"), *((name, name) for name in teams)]),
        _choice(values, "system", "System", [("", "all"), *((name, name) for name in systems)]),
        {
            "name": "days", "label": "Days", "type": "select",
            "value": "" if dated else values.get("days", "") or str(USUAL_DAYS),
            "options": [*([("", "dated")] if dated else []), *((str(days), f"{days}") for days in DAYS)],
        },
        {"name": "since", "label": "From", "type": "date", "value": values.get("since", "")},
        {"name": "until", "label": "To", "type": "date", "value": values.get("until", "")},
        *(shapes if whole else [{**shape, "type": "hidden"} for shape in shapes]),
        {"name": "domain", "label": "Domain", "type": "hidden", "value": values.get("domain", "")},
    ]  # fmt: skip


def _text(values: Any, name: str, label: str) -> dict[str, Any]:
    return {"name": name, "label": label, "type": "text", "value": values.get(name, "")}


def _choice(values: Any, name: str, label: str, options: list[tuple[str, str]]) -> dict[str, Any]:
    return {"name": name, "label": label, "type": "select", "value": values.get(name, ""), "options": options}
