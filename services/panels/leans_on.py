"""The card "What it leans on": databases, meshes, APIs, queues and other services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from services import queries
from services.kinds.judgement import ADVICE
from services.models import Entity
from services.naming import typed

ICONS = {
    "dynamodb-table": "database", "database": "database", "database-cluster": "database", "cache": "bolt",
    "time-series": "database", "search-domain": "search", "s3-bucket": "bucket", "queue": "message", "topic": "bell",
    "service-mesh": "topology-star-3",
    "api-gateway": "route", "load-balancer": "arrows-split", "lambda-function": "lambda", "ecs-service": "container",
    "app-runner-service": "container", "eks-cluster": "container", "auto-scaling-group": "server-2",
}  # fmt: skip
ORDER = list(ICONS)
KIND_ICONS = {"api": "api", "system": "hierarchy-2", "group": "users"}
RUNS_ON = {"lambda-function", "ecs-service", "app-runner-service", "eks-cluster", "auto-scaling-group"}
# The two of pattern flexibility, infinite scale and efficiency that a family is made for.
PAIRS = {"relational": "PE, relational", "key-value": "IE, key-value"}

# By name and family: a load balancer may bear the name of the database behind it.
Fits = Mapping[tuple[str, str], tuple[str, str]]
MISFITS = {"high": "poor", "medium": "fair", "low": "neutral"}


@dataclass(frozen=True)
class Leaning:
    """One line of the card. `badge_kind` is a badge of the front end: good, fair, poor, neutral."""

    title: str
    url: str
    note: str
    icon: str
    badge: str = ""
    badge_kind: str = "neutral"
    badge_icon: str = ""


def context(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """What the service depends on; nothing to show where nothing is known."""
    found = queries.targets(entity, "dependsOn")
    called = queries.targets(entity, "consumesApi")
    if not found and not called:
        return None
    known = _items_by_arn(request, entity)
    advice = queries.page_facts(request, entity).get(ADVICE)
    pair = str(advice.value["pair"]) if advice else ""
    fits = {(fit["name"], fit["family"]): (fit["fit"], pair) for fit in advice.value["fits"]} if advice else {}
    resources = sorted((e for _, e in found if e and e.kind == "resource"), key=_order)
    return {
        "entity": entity,
        "resources": [_resource(resource, known, fits) for resource in resources if resource.type not in RUNS_ON],
        "services": [of_service(ref, target) for ref, target in found if not target or target.kind != "resource"],
        "called": [of_service(ref, target) for ref, target in called],
        "runs_on": [_resource(resource, known, fits) for resource in resources if resource.type in RUNS_ON],
    }


def _items_by_arn(request: HttpRequest, entity: Entity) -> dict[str, Mapping[str, Any]]:
    items = queries.items(queries.page_facts(request, entity))
    described = {key: rows for key, rows in items.items() if key not in {"aws.tags", "aws.account"}}
    return {entry["arn"]: entry for rows in described.values() for entry in rows}


def _order(entity: Entity) -> tuple[int, str]:
    return (ORDER.index(entity.type) if entity.type in ORDER else len(ORDER), entity.name)


def _resource(entity: Entity, known: Mapping[str, Mapping[str, Any]], fits: Fits) -> Leaning:
    item = known.get(entity.annotations.get("aws/arn", ""), {})
    text, kind, icon = _badge(entity, item, fits)
    region = entity.annotations.get("aws/region", "")
    note = f"{entity.spec.get('detail', typed(entity.kind, entity.type))}{', ' + region if region else ''}"
    return Leaning(entity.label, entity.get_absolute_url(), note, ICONS.get(entity.type, "box"), text, kind, icon)


def _badge(entity: Entity, item: Mapping[str, Any], fits: Fits) -> tuple[str, str, str]:
    """What is worth saying about it in two or three words."""
    if entity.type == "service-mesh":
        return _mesh_badge(item)
    if entity.type == "lambda-function" and item.get("custom_runtime"):
        return str(item["runtime"]), "neutral", "code"
    if entity.type == "api-gateway" and item.get("private"):
        return "private", "good", "lock"
    store = entity.spec.get("store", "")
    fit, pair = fits.get((entity.label, store), ("", ""))
    if fit == "match":
        return f"fits: {pair}, {store}", "good", "check"
    if fit:
        return f"{store} does not fit {pair}", MISFITS[fit], "alert-triangle"
    return PAIRS.get(store, store), "neutral", ""


def _mesh_badge(item: Mapping[str, Any]) -> tuple[str, str, str]:
    bare: Sequence[str] = item.get("routes_without_retry", ())
    if not item.get("supported", True):
        return "no longer supported", "poor", "alert-triangle"
    if bare:
        return f"no retries on {len(bare)} route{'s' if len(bare) > 1 else ''}", "fair", "alert-triangle"
    return "service mesh", "good", "check"


def of_service(ref: str, entity: Entity | None) -> Leaning:
    """A line for a service, an API or another entity with an owner; a ref that dangles says so."""
    if entity is None:
        name = ref.partition(":")[2].removeprefix("default/")
        return Leaning(name, "", "not in the catalog", "help-circle", "missing", "fair", "alert-triangle")
    tier = f"tier {entity.tier}" if entity.tier is not None else entity.lifecycle
    note = ", ".join(filter(None, (entity.owner_name or "no owner", tier)))
    leaving = entity.lifecycle == "deprecated"
    badge = ("deprecated", "fair", "alert-triangle") if leaving else ("", "neutral", "")
    icon = ICONS.get(entity.type, "box") if entity.kind == "resource" else KIND_ICONS.get(entity.kind, "layout-grid")
    return Leaning(entity.label, entity.get_absolute_url(), note, icon, *badge)
