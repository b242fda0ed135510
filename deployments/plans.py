"""Plans by name: those that were stored, and one that comes with the portal so that nobody has to start from nothing."""

from __future__ import annotations

from typing import Any

from deployments.models import RolloutPlan

STANDARD = "standard canary"
BUILT_IN: dict[str, dict[str, Any]] = {
    STANDARD: {
        "strategy": "canary",
        "period": 60,
        "early": True,
        "segments": [
            {"name": "Canary", "weight": 5, "bake_seconds": 900, "minimum_requests": 500},
            {"name": "Quarter", "weight": 25, "bake_seconds": 1200, "minimum_requests": 2000},
            {"name": "Half", "weight": 50, "bake_seconds": 1200, "minimum_requests": 4000},
            {"name": "All", "weight": 100, "bake_seconds": 3600, "minimum_requests": 5000},
        ],
    }
}


def choices() -> list[tuple[str, str]]:
    """The newest version of every plan, and the built-in ones that nobody has stored yet, for a form."""
    newest: dict[str, RolloutPlan] = {}
    for plan in RolloutPlan.objects.order_by("name", "version"):
        newest[plan.name] = plan
    stored = [(name, f"{name} v{plan.version}") for name, plan in newest.items()]
    return stored + [(name, name) for name in BUILT_IN if name not in newest]


def resolve(text: str) -> RolloutPlan | None:
    """The plan "name" (its newest version) or "name@version"; a built-in one is stored when it is first used."""
    name, _, version = text.partition("@")
    found = RolloutPlan.objects.filter(name=name).order_by("-version")
    if version:
        number = int(version) if version.isdecimal() and len(version) < 9 else 0
        return found.filter(version=number).first()
    plan = found.first()
    if plan is None and name in BUILT_IN:
        plan, _ = RolloutPlan.objects.get_or_create(name=name, version=1, defaults={"definition": BUILT_IN[name]})
    return plan


def find(text: str) -> RolloutPlan | None:
    """The same, for reading: a built-in plan that nobody has used yet is answered without being stored."""
    plan = resolve(text) if text not in BUILT_IN else RolloutPlan.objects.filter(name=text).order_by("-version").first()
    return plan or (RolloutPlan(name=text, definition=BUILT_IN[text]) if text in BUILT_IN else None)


def add(name: str, definition: dict[str, Any], by: str) -> RolloutPlan:
    """Store the next version of a plan. Raises PlanError for one that cannot be followed."""
    last = RolloutPlan.objects.filter(name=name).order_by("-version").first()
    if last is not None and last.definition == definition:
        return last
    version = last.version + 1 if last is not None else 1
    return RolloutPlan.objects.create(name=name, version=version, definition=definition, created_by=by)
